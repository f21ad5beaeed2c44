SELECT parent, currency, line, coalesce(a.amount, 0) - coalesce(b.amount, 0) AS amount
FROM (
  SELECT coalesce(p.key, c.key) AS parent, f.currency, f.line, sum(f.amount) AS amount
  FROM financials_ledgerentry f
  JOIN accounts_client c ON c.id = f.client_id LEFT JOIN accounts_client p ON p.id = c.parent_id
  WHERE f.month BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 3
) a FULL JOIN (
  SELECT coalesce(p.key, c.key) AS parent, f.currency, f.line, sum(f.amount) AS amount
  FROM financials_budgetline f
  JOIN accounts_client c ON c.id = f.client_id LEFT JOIN accounts_client p ON p.id = c.parent_id
  WHERE f.version_name = %(version)s AND f.month BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 3
) b USING (parent, currency, line)
