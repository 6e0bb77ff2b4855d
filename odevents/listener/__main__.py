"""``pythonw -m odevents.listener [--config FILE]``: what starts at sign-in, without a console window."""

from odevents.cli.listen import at_sign_in

if __name__ == "__main__":
    at_sign_in()
