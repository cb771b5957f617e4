"""Takes the queue's own pages out of the admin: whoever may add a schedule there can run any function of the program."""

from django.contrib import admin
from django_q.models import Failure, OrmQ, Schedule, Success

for model in (Schedule, OrmQ, Success, Failure):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
