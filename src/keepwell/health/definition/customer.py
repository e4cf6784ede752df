"""This file says how long after its last contract line an account is still a customer."""

# Days in which a renewal may be signed late: until then an account is "overdue", and not gone.
GAP_DAYS = 60
# The kind of a line whose end can end a customer; one without a kind is recurring.
RECURRING = "recurring"
LEAVING = "churn"  # the movement of a renewal by which an account leaves
