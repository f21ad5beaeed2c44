"""Hours of a closed month stay as they are, whoever asks; and rates of a role are found by an index."""

from django.db import migrations, models

# Per statement, not per row: a load of 50,000 rows asks once. Approval may still come after the close, as it moves no
# figure; sending back or changing hours would.
LOCKED = """
CREATE FUNCTION time_of_closed_months_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched date;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT min(p.month) INTO touched FROM fresh JOIN common_closedperiod p ON p.month = fresh.month;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT min(p.month) INTO touched FROM stale JOIN common_closedperiod p ON p.month = stale.month;
  ELSE
    SELECT min(p.month) INTO touched
    FROM stale s JOIN fresh f ON f.id = s.id JOIN common_closedperiod p ON p.month IN (s.month, f.month)
    WHERE (s.month, s.date, s.person_id, s.client_id, s.contract_id, s.hours, s.billable, s.role, s.status = 'rejected')
      IS DISTINCT FROM
      (f.month, f.date, f.person_id, f.client_id, f.contract_id, f.hours, f.billable, f.role, f.status = 'rejected');
  END IF;
  IF touched IS NOT NULL THEN
    RAISE EXCEPTION 'hours of % are not changed: the month is closed', to_char(touched, 'YYYY-MM')
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER time_closed_insert AFTER INSERT ON financials_timeentry REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION time_of_closed_months_stays();
CREATE TRIGGER time_closed_update AFTER UPDATE ON financials_timeentry
REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION time_of_closed_months_stays();
CREATE TRIGGER time_closed_delete AFTER DELETE ON financials_timeentry REFERENCING OLD TABLE AS stale
FOR EACH STATEMENT EXECUTE FUNCTION time_of_closed_months_stays();
"""
UNLOCKED = """
DROP TRIGGER time_closed_insert ON financials_timeentry;
DROP TRIGGER time_closed_update ON financials_timeentry;
DROP TRIGGER time_closed_delete ON financials_timeentry;
DROP FUNCTION time_of_closed_months_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("financials", "0003_money_core")]

    operations = [
        migrations.AddIndex(
            model_name="rate",
            index=models.Index(fields=["role", "kind", "starts"], name="rate_of_role"),
        ),
        migrations.RunSQL(LOCKED, UNLOCKED),
    ]
