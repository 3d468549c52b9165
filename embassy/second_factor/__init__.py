"""The second factor of staff: a code of their phone after the password. `factor` knows what it is, `half_way` who
has given the password alone, `middleware` what a session without it is worth: nothing.
"""
