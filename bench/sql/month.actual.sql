SELECT f.month AS month, f.currency, f.line, sum(f.amount) AS amount
FROM financials_ledgerentry f
WHERE f.month BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2, 3
