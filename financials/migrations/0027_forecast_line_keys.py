"""The keys of forecast lines are checked once a statement, not once a row: docs/decisions/0013."""

import django.db.models.deletion
from django.db import migrations, models

# What a foreign key does, for all rows at once: the rows named are locked against their deletion, then must be there.
_KEYS = """
CREATE FUNCTION forecast_line_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  lost text;
BEGIN
  PERFORM FROM financials_forecastrun WHERE id IN (SELECT DISTINCT run_id FROM added) ORDER BY id FOR KEY SHARE;
  PERFORM FROM financials_contract WHERE id IN (SELECT DISTINCT contract_id FROM added) ORDER BY id FOR KEY SHARE;
  PERFORM FROM financials_forecastoverride WHERE id IN (SELECT DISTINCT override_id FROM added) ORDER BY id
    FOR KEY SHARE;
  SELECT string_agg(named.key, ', ') INTO lost FROM (
    SELECT 'run ' || run_id AS key FROM (SELECT DISTINCT run_id FROM added) a
    WHERE NOT EXISTS (SELECT FROM financials_forecastrun r WHERE r.id = a.run_id)
    UNION ALL
    SELECT 'contract ' || contract_id FROM (SELECT DISTINCT contract_id FROM added) a
    WHERE contract_id IS NOT NULL AND NOT EXISTS (SELECT FROM financials_contract c WHERE c.id = a.contract_id)
    UNION ALL
    SELECT 'override ' || override_id FROM (SELECT DISTINCT override_id FROM added) a
    WHERE override_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM financials_forecastoverride o WHERE o.id = a.override_id)
  ) named;
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION 'a forecast line names what is not there: %', lost USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER forecast_line_added AFTER INSERT ON financials_forecastline
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION forecast_line_keys();
CREATE TRIGGER forecast_line_changed AFTER UPDATE ON financials_forecastline
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION forecast_line_keys();

CREATE FUNCTION forecast_line_named() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  named boolean;
BEGIN
  EXECUTE format(
    'SELECT EXISTS (SELECT FROM financials_forecastline WHERE %I IN (SELECT id FROM gone))', TG_ARGV[0]
  ) INTO named;
  IF named THEN
    RAISE EXCEPTION 'forecast lines still name it: %', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER forecast_line_run AFTER DELETE ON financials_forecastrun
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forecast_line_named('run_id');
CREATE TRIGGER forecast_line_contract AFTER DELETE ON financials_contract
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forecast_line_named('contract_id');
CREATE TRIGGER forecast_line_override AFTER DELETE ON financials_forecastoverride
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forecast_line_named('override_id');
"""
_NO_KEYS = """
DROP TRIGGER forecast_line_override ON financials_forecastoverride;
DROP TRIGGER forecast_line_contract ON financials_contract;
DROP TRIGGER forecast_line_run ON financials_forecastrun;
DROP FUNCTION forecast_line_named();
DROP TRIGGER forecast_line_changed ON financials_forecastline;
DROP TRIGGER forecast_line_added ON financials_forecastline;
DROP FUNCTION forecast_line_keys();
"""


class Migration(migrations.Migration):
    dependencies = [("financials", "0026_alignment")]

    operations = [
        migrations.AlterField(
            model_name="forecastline",
            name="contract",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="financials.contract",
            ),
        ),
        migrations.AlterField(
            model_name="forecastline",
            name="override",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="financials.forecastoverride",
            ),
        ),
        migrations.AlterField(
            model_name="forecastline",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="financials.forecastrun",
            ),
        ),
        migrations.RunSQL(_KEYS, _NO_KEYS),
    ]
