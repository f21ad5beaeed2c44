SELECT contract, currency, line, coalesce(a.amount, 0) - coalesce(b.amount, 0) AS amount
FROM (
  SELECT k.number AS contract, f.currency, f.line, sum(f.amount) AS amount
  FROM financials_ledgerentry f
  LEFT JOIN financials_contract k ON k.id = f.contract_id
  WHERE f.month BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 3
) a FULL JOIN (
  SELECT k.number AS contract, f.currency, f.line, sum(f.amount) AS amount
  FROM financials_budgetline f
  LEFT JOIN financials_contract k ON k.id = f.contract_id
  WHERE f.version_name = %(version)s AND f.month BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 3
) b USING (contract, currency, line)
