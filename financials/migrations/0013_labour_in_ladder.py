"""Whether the P&L takes a month's hours, where the ledger has no labour: kept by triggers from both sides."""

from django.db import migrations, models

# The ledger's word for a client and month, if it has any: a posting and its reversal are none.
KEPT = """
CREATE FUNCTION ledger_has_labour(client bigint, of_month date) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM financials_ledgermonth l WHERE l.client_id = client AND l.month = of_month
                 AND l.line = 'delivery_labour' AND l.amount <> 0)
$$;
CREATE FUNCTION time_month_comes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.in_ladder := NOT ledger_has_labour(NEW.client_id, NEW.month);
  RETURN NEW;
END
$$;
CREATE TRIGGER time_month_comes BEFORE INSERT OR UPDATE OF client_id, month ON financials_timemonth
FOR EACH ROW EXECUTE FUNCTION time_month_comes();

CREATE FUNCTION ledger_labour_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE financials_timemonth t SET in_ladder = NOT t.in_ladder
    FROM (SELECT client_id, month, ledger_has_labour(client_id, month) AS has FROM came
          WHERE line = 'delivery_labour' GROUP BY 1, 2) x
    WHERE t.client_id = x.client_id AND t.month = x.month AND t.in_ladder = x.has;
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE financials_timemonth t SET in_ladder = NOT t.in_ladder
    FROM (SELECT client_id, month, ledger_has_labour(client_id, month) AS has FROM went
          WHERE line = 'delivery_labour' GROUP BY 1, 2) x
    WHERE t.client_id = x.client_id AND t.month = x.month AND t.in_ladder = x.has;
  ELSE
    UPDATE financials_timemonth t SET in_ladder = NOT t.in_ladder
    FROM (SELECT client_id, month, ledger_has_labour(client_id, month) AS has
          FROM (SELECT client_id, month, line FROM came UNION SELECT client_id, month, line FROM went) b
          WHERE line = 'delivery_labour' GROUP BY 1, 2) x
    WHERE t.client_id = x.client_id AND t.month = x.month AND t.in_ladder = x.has;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER ledger_labour_insert AFTER INSERT ON financials_ledgermonth
REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION ledger_labour_moves();
CREATE TRIGGER ledger_labour_update AFTER UPDATE ON financials_ledgermonth
REFERENCING OLD TABLE AS went NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION ledger_labour_moves();
CREATE TRIGGER ledger_labour_delete AFTER DELETE ON financials_ledgermonth
REFERENCING OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION ledger_labour_moves();
UPDATE financials_timemonth SET in_ladder = false WHERE ledger_has_labour(client_id, month);
"""
GONE = """
DROP TRIGGER time_month_comes ON financials_timemonth;
DROP FUNCTION time_month_comes();
DROP TRIGGER ledger_labour_insert ON financials_ledgermonth;
DROP TRIGGER ledger_labour_update ON financials_ledgermonth;
DROP TRIGGER ledger_labour_delete ON financials_ledgermonth;
DROP FUNCTION ledger_labour_moves();
DROP FUNCTION ledger_has_labour(bigint, date);
"""


class Migration(migrations.Migration):
    dependencies = [("financials", "0012_allocations")]

    operations = [
        migrations.AddField(
            model_name="timemonth",
            name="in_ladder",
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
        migrations.AddIndex(
            model_name="timemonth",
            index=models.Index(
                condition=models.Q(("in_ladder", True), models.Q(("cost_currency", ""), _negated=True)),
                fields=["month", "client"],
                name="time_month_in_ladder",
            ),
        ),
        migrations.RunSQL(KEPT, GONE),
    ]
