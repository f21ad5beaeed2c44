SELECT u.email AS owner, f.currency, f.line, sum(f.amount) AS amount
FROM financials_ledgerentry f
JOIN accounts_client c ON c.id = f.client_id LEFT JOIN people_user u ON u.id = c.owner_id
WHERE f.month BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2, 3
