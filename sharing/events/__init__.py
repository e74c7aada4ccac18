"""The facts sharing records, one module a subject. Others rely on their names and fields."""
