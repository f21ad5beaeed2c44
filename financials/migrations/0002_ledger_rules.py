"""Rounding in SQL, and a ledger that cannot be edited behind the product's back."""

from django.db import migrations

HALF_EVEN = """
CREATE FUNCTION half_even(amount numeric, places integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN abs(amount * power(10::numeric, places) - trunc(amount * power(10::numeric, places))) = 0.5
    THEN round(2 * round(amount * power(10::numeric, places) / 2) / power(10::numeric, places), places)
    ELSE round(amount, places)
  END
$$
"""

# Undo of a whole import is the one way a row leaves: it names the batch for its own transaction only.
APPEND_ONLY = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.batch_id::text = current_setting('principal.undo_batch', true) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'ledger entries are never changed: post a reversal and a new entry'
    USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON financials_ledgerentry
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("financials", "0001_initial")]

    operations = [
        migrations.RunSQL(HALF_EVEN, "DROP FUNCTION half_even(numeric, integer)"),
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP TRIGGER ledger_append_only ON financials_ledgerentry; DROP FUNCTION ledger_is_append_only()",
        ),
    ]
