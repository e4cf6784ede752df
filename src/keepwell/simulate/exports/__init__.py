"""This room writes what the company's systems know as the messy files that such systems export."""
