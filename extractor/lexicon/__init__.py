"""The field's own words, as data: guidelines, parts of the body, medicines, services. A new name is a new entry."""
