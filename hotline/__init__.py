"""The program: command line, web application and worker put together from the rooms."""
