"""What every room uses: settings, clock, database, Redis, embedded servers, errors, logging, wording."""
