"""The termbase: what a source term is called in every locale, in which scope, and where it stands in a line."""
