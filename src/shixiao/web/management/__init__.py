"""Commands of Django that the processes of the site run."""
