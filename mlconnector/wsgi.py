"""What the web server runs, if the database, its role and the keys are as they must be."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlconnector.settings")
application = get_wsgi_application()

from mlconnector import readiness  # noqa: E402 (it needs the apps)

readiness.insist()
