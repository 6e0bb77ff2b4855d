"""What must hold before anything of this repository is shipped: ``make check`` runs all of it."""
