"""This room simulates a company that sells software by subscription, over three years, and knows the truth about it."""
