"""The queue is asked for what is due in one queue, several times a second: an index for just that question."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more")]
    operations = [
        migrations.RunSQL(
            "create index if not exists bell_due on django_q_ormq (key, lock)",
            "drop index if exists bell_due",
        )
    ]
