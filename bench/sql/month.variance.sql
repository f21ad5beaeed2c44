SELECT month, currency, line, coalesce(a.amount, 0) - coalesce(b.amount, 0) AS amount
FROM (
  SELECT f.month AS month, f.currency, f.line, sum(f.amount) AS amount
  FROM financials_ledgerentry f
  WHERE f.month BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 3
) a FULL JOIN (
  SELECT f.month AS month, f.currency, f.line, sum(f.amount) AS amount
  FROM financials_budgetline f
  WHERE f.version_name = %(version)s AND f.month BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 3
) b USING (month, currency, line)
