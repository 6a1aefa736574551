"""The systems that actions call: contracts, HTTP clients, and a reference service that fulfils them."""
