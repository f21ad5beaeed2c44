"""Months closed before closes were kept get their event; what is kept of a close is never changed."""

from django.db import migrations

EVENTS = """
INSERT INTO financials_closeevent (month, kind, at, by, reason, ledger_no)
SELECT p.month, 'closed', p.closed_at, p.closed_by, '',
       coalesce((SELECT max(e.id) FROM financials_ledgerentry e WHERE e.posted_at <= p.closed_at), 0)
FROM common_closedperiod p
WHERE NOT EXISTS (SELECT 1 FROM financials_closeevent e WHERE e.month = p.month)
ORDER BY p.closed_at, p.month;
INSERT INTO financials_closeline (event_id, client_id, contract_id, service_line, line, currency, amount, entries)
SELECT v.id, m.client_id, m.contract_id, m.service_line, m.line, m.currency, m.amount, m.entries
FROM financials_closeevent v JOIN financials_ledgermonth m ON m.month = v.month
WHERE NOT EXISTS (SELECT 1 FROM financials_closeline l WHERE l.event_id = v.id);
"""

APPEND_ONLY = """
CREATE FUNCTION closes_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what stood at a close is never changed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER close_event_append_only BEFORE UPDATE OR DELETE ON financials_closeevent
FOR EACH ROW EXECUTE FUNCTION closes_are_append_only();
CREATE TRIGGER close_line_append_only BEFORE UPDATE OR DELETE ON financials_closeline
FOR EACH ROW EXECUTE FUNCTION closes_are_append_only();
"""
UNDO = """
DROP TRIGGER close_event_append_only ON financials_closeevent;
DROP TRIGGER close_line_append_only ON financials_closeline;
DROP FUNCTION closes_are_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("financials", "0004_time_rules"), ("common", "0001_initial")]

    operations = [
        migrations.RunSQL(EVENTS, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, UNDO),
    ]
