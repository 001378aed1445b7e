from acme_money import as_text

print("Total:", as_text(134890))
