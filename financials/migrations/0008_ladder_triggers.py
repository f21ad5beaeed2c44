"""The six lines of a cell beside each other, kept by triggers in the transaction of whatever writes beneath."""

# Put together from this module's own names; nothing comes from outside.
# ruff: noqa: S608

from django.db import migrations

# The same result as before, several times faster: only what has exactly one decimal more than wanted can be a tie.
HALF_EVEN = """
CREATE OR REPLACE FUNCTION half_even(amount numeric, places integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN min_scale(amount) = places + 1 AND abs(amount - trunc(amount, places)) = 5 * power(10::numeric, -places - 1)
    THEN round(2 * round(amount * 0.5, places), places)
    ELSE round(amount, places)
  END
$$
"""
HALF_EVEN_BEFORE = """
CREATE OR REPLACE FUNCTION half_even(amount numeric, places integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN abs(amount * power(10::numeric, places) - trunc(amount * power(10::numeric, places))) = 0.5
    THEN round(2 * round(amount * power(10::numeric, places) / 2) / power(10::numeric, places), places)
    ELSE round(amount, places)
  END
$$
"""

_LINES = ("gross_revenue", "pass_through", "delivery_labour", "freelancers", "direct_expenses", "overhead")
_SUMS = ", ".join(f"coalesce(sum(amount) FILTER (WHERE line = '{line}'), 0)" for line in _LINES)
_ADDED = ", ".join(f"{line} = w.{line} + EXCLUDED.{line}" for line in (*_LINES, "cells"))


def _keys(source):
    return ("version_name, " if source == "financials_budgetline" else "") + (
        "client_id, contract_id, service_line, month, currency"
    )


def _upsert(source, target, constraint, rows):
    """Ordered by the key, so that two writers never wait for each other in a ring."""
    keys = _keys(source)
    count = len(keys.split(", "))
    by = ", ".join(str(number + 1) for number in range(count))
    order = "1, 2, 5, 3, 4, 6" if count == 6 else "1, 4, 2, 3, 5"
    return f"""
INSERT INTO {target} AS w ({keys}, {", ".join(_LINES)}, cells)
SELECT {keys}, {_SUMS}, sum(sign) FROM ({rows}) m GROUP BY {by} ORDER BY {order}
ON CONFLICT ON CONSTRAINT {constraint} DO UPDATE SET {_ADDED}"""


def _triggers(source, target, constraint):
    """One function for the three events; a transition table is read only in the event that has it."""
    columns = f"{_keys(source)}, line"
    came = f"SELECT {columns}, amount, 1 AS sign FROM came"
    went = f"SELECT {columns}, -amount AS amount, -1 AS sign FROM went"

    def post(rows):
        return _upsert(source, target, constraint, rows)

    made = f"""
CREATE FUNCTION {target}_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN {post(came)};
  ELSIF TG_OP = 'UPDATE' THEN {post(f"{came} UNION ALL {went}")};
  ELSE {post(went)};
  END IF;
  IF TG_OP <> 'INSERT' THEN DELETE FROM {target} WHERE cells = 0; END IF;
  RETURN NULL;
END
$$;"""
    for event, tables in (
        ("INSERT", "NEW TABLE AS came"), ("UPDATE", "OLD TABLE AS went NEW TABLE AS came"), ("DELETE", "OLD TABLE AS went")
    ):  # fmt: skip
        made += f"""
CREATE TRIGGER {target}_{event.lower()} AFTER {event} ON {source} REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION {target}_moves();"""
    return made + post(f"SELECT {columns}, amount, 1 AS sign FROM {source}")


def _gone(source, target):
    drops = "".join(f"DROP TRIGGER {target}_{event} ON {source}; " for event in ("insert", "update", "delete"))
    return f"{drops}DROP FUNCTION {target}_moves()"


_LEDGER = ("financials_ledgermonth", "financials_ledgerladder")
_BUDGET = ("financials_budgetline", "financials_budgetladder")


class Migration(migrations.Migration):
    dependencies = [("financials", "0007_ladder_cells")]

    operations = [
        migrations.RunSQL(HALF_EVEN, HALF_EVEN_BEFORE),
        migrations.RunSQL(_triggers(*_LEDGER, "ledger_ladder_cell"), _gone(*_LEDGER)),
        migrations.RunSQL(_triggers(*_BUDGET, "budget_ladder_cell"), _gone(*_BUDGET)),
    ]
