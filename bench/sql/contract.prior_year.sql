SELECT k.number AS contract, f.currency, f.line, sum(f.amount) AS amount
FROM financials_ledgerentry f
LEFT JOIN financials_contract k ON k.id = f.contract_id
WHERE f.month BETWEEN %(first)s::date - interval '1 year' AND %(last)s::date - interval '1 year'
GROUP BY 1, 2, 3
