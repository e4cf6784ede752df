"""This room judges scores against who really left: tables of scores and outcomes in, figures with their intervals and verdicts out."""
