"""People's own data: what is kept, who may read a contact, copies, closing an account, deletion after time."""
