import django.db.models.deletion
import studies.models.append_only
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('generation', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Condition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('levels', models.JSONField(help_text='factor → level')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='PanelStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('panel', models.CharField(max_length=30)),
                ('reference', models.CharField(blank=True, help_text="the panel's id", max_length=100)),
                ('state', models.CharField(blank=True, help_text='as the panel says it', max_length=40)),
                ('stated_at', models.DateTimeField(blank=True, null=True)),
                ('sent', models.JSONField(default=dict, help_text='what it was created from')),
                ('places', models.PositiveIntegerField(default=0)),
                ('total_cost', models.BigIntegerField(blank=True, help_text='hundredths, fees and tax in it, as the panel reckoned', null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('checked_at', models.DateTimeField(blank=True, help_text='last reconciled with the panel', null=True)),
                ('mismatches', models.JSONField(default=list, help_text='what the last check found')),
            ],
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(default=studies.models.append_only.new_token, max_length=32, unique=True)),
                ('code', models.CharField(help_text='pseudonym in exports, e.g. P-7F3K2', max_length=12)),
                ('channel', models.CharField(max_length=30)),
                ('population', models.CharField(blank=True, help_text='set by the expertise check', max_length=60)),
                ('simulated', models.BooleanField(default=False)),
                ('stratum', models.CharField(blank=True, help_text='the quota that the person counts towards', max_length=60)),
                ('arm', models.TextField(blank=True, help_text='levels of the factors that vary between participants')),
                ('row', models.PositiveSmallIntegerField(blank=True, help_text='of the Latin square of conditions, from 0', null=True)),
                ('met', models.TextField(blank=True, help_text='numbers of the conditions they meet, where these are not all')),
                ('late', models.BooleanField(default=False, help_text='came back after all places were taken, and was let finish: beyond the target')),
                ('language', models.CharField(default='en', help_text='of the pages they saw', max_length=12)),
                ('state', models.CharField(choices=[('active', 'taking part'), ('finished', 'finished'), ('lapsed', 'left, place given back'), ('screened_out', 'screened out'), ('withdrawn', 'withdrew')], default='active', max_length=12)),
                ('consented_at', models.DateTimeField()),
                ('consent_sha256', models.CharField(help_text='of the text that was agreed to', max_length=64)),
                ('consent_version', models.PositiveSmallIntegerField(default=1, help_text='of that text')),
                ('consent_due', models.BooleanField(default=False, help_text='the information was changed since: nothing is shown or kept before they agree')),
                ('lease_until', models.DateTimeField(help_text='the place is given back after this silence')),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('completion_code', models.CharField(blank=True, max_length=20)),
                ('seed', models.BigIntegerField(help_text='order and layout are drawn from it')),
            ],
        ),
        migrations.CreateModel(
            name='BonusBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('intended', 'written down, not sent'), ('created', 'known to the panel, not paid'), ('paying', 'being paid'), ('paid', 'paid'), ('unresolved', 'perhaps paid: look it up at the panel'), ('refused', 'not paid')], default='intended', max_length=12)),
                ('reference', models.CharField(blank=True, help_text="the panel's id of it", max_length=100)),
                ('currency', models.CharField(max_length=3)),
                ('message', models.CharField(blank=True, help_text='what the panel answered', max_length=300)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('moved_at', models.DateTimeField(auto_now=True)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('panel_study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='studies.panelstudy')),
            ],
            options={
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PanelEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('panel', models.CharField(max_length=30)),
                ('event', models.CharField(max_length=100)),
                ('kind', models.CharField(max_length=60)),
                ('resource', models.CharField(max_length=100)),
                ('stated_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('panel', 'event'), name='panel_event_once')],
            },
        ),
        migrations.CreateModel(
            name='BrowserMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(db_index=True, help_text='keyed hash of a random cookie and the study', max_length=64)),
                ('participant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='browser', to='studies.participant')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Response',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=60)),
                ('answer', models.TextField(help_text='the label or text as it was shown, or as it was written')),
                ('value', models.IntegerField(blank=True, help_text='the point on the scale, from 1', null=True)),
                ('scale', models.PositiveSmallIntegerField(blank=True, help_text='points on the scale', null=True)),
                ('details', models.JSONField(default=dict, help_text='what was given with the answer: marks as [x, y] in [0, 1], what was chosen, ...')),
                ('answered_at', models.DateTimeField()),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='studies.participant')),
            ],
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_by', models.CharField(blank=True, help_text='name of the check; empty: about the whole submission', max_length=40)),
                ('decision', models.CharField(choices=[('upheld', 'the finding holds'), ('set_aside', 'the finding is set aside'), ('accepted', 'portfolio accepted'), ('declined', 'portfolio declined'), ('asked_to_return', 'asked to return the submission'), ('rejected', 'submission rejected')], max_length=20)),
                ('reason', models.TextField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='studies.participant')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Study',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('title', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('live', 'live'), ('paused', 'paused'), ('closed', 'closed')], default='draft', max_length=10)),
                ('link_token', models.CharField(default=studies.models.append_only.new_token, max_length=32, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('consent_version', models.PositiveSmallIntegerField(default=1, help_text="of what newcomers read: 1 is the file's, then amendments")),
                ('launched_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='studies', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'studies',
                'ordering': ['-created_at'],
            },
        ),
        migrations.AddField(
            model_name='participant',
            name='study',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participants', to='studies.study'),
        ),
        migrations.AddField(
            model_name='panelstudy',
            name='study',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='panel_study', to='studies.study'),
        ),
        migrations.CreateModel(
            name='NoMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_with', models.CharField(help_text='the name of the key of the hash', max_length=12)),
                ('study', models.ForeignKey(blank=True, help_text='none: the site', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='studies.study')),
            ],
            options={
                'verbose_name_plural': 'addresses without mail',
            },
        ),
        migrations.CreateModel(
            name='LeakTest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('participants', models.PositiveSmallIntegerField(help_text='marked raters who crawl')),
                ('by_http', models.BooleanField(default=False, help_text="over HTTP, as the site sends it; else by the site's own code")),
                ('state', models.CharField(choices=[('waiting', 'waiting for a worker'), ('working', 'under way'), ('done', 'done'), ('failed', 'failed')], default='waiting', max_length=10)),
                ('done', models.PositiveSmallIntegerField(default=0, help_text='raters who are through')),
                ('problem', models.TextField(blank=True, help_text='why it failed, in a sentence')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('told_at', models.DateTimeField(blank=True, help_text='last sign of the worker', null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leak_tests', to='studies.study')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('practice', models.BooleanField(default=False)),
                ('gold', models.CharField(blank=True, help_text='the check that placed it, where its answer is known', max_length=40)),
                ('expected', models.JSONField(default=dict, help_text='question → the answer that is right, where it is known')),
                ('artwork', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='generation.artwork')),
                ('condition', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='studies.condition')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='studies.study')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(default=studies.models.append_only.new_token, max_length=32, unique=True)),
                ('number', models.PositiveIntegerField(help_text="on the study's list, from 1")),
                ('stratum', models.CharField(blank=True, max_length=60)),
                ('language', models.CharField(max_length=12)),
                ('invited_at', models.DateTimeField(auto_now_add=True)),
                ('unsubscribed_at', models.DateTimeField(blank=True, help_text='asked by its mails for no more of them', null=True)),
                ('gone', models.BooleanField(default=False, help_text='its person withdrew: the address is deleted, no mail follows')),
                ('participant', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invitation', to='studies.participant')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='studies.study')),
            ],
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('digest', models.CharField(help_text='keyed hash, to find it again', max_length=64)),
                ('sealed', models.TextField(help_text="encrypted under the site's key")),
                ('sealed_with', models.CharField(help_text='the name of that key', max_length=12)),
                ('delete_after', models.DateTimeField(help_text='from then on it is deleted')),
                ('invitation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='studies.invitation')),
                ('participant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='studies.participant')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='studies.study')),
            ],
            options={
                'verbose_name_plural': 'identities',
            },
        ),
        migrations.CreateModel(
            name='ExitCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('exit', models.CharField(max_length=20)),
                ('code', models.CharField(max_length=20)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exit_codes', to='studies.study')),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('details', models.JSONField(default=dict)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='studies.participant')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='studies.study')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('language', models.CharField(max_length=12)),
                ('sha256', models.CharField(help_text='of `text`', max_length=64)),
                ('text', models.TextField(help_text='a JSON list: title, information, statements, what is kept, whom to ask')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_texts', to='studies.study')),
            ],
            options={
                'ordering': ['version', 'language'],
            },
        ),
        migrations.CreateModel(
            name='ConsentAmendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('document', models.JSONField(help_text="parts of the file's section `study` that it replaces")),
                ('reason', models.TextField()),
                ('before_sha256', models.CharField(help_text='of the version before', max_length=64)),
                ('sha256', models.CharField(help_text='of all the above', max_length=64)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_amendments', to='studies.study')),
            ],
            options={
                'ordering': ['version'],
            },
        ),
        migrations.AddField(
            model_name='condition',
            name='study',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='conditions', to='studies.study'),
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=100)),
                ('state', models.CharField(help_text='as the panel says it, known to us or not', max_length=40)),
                ('stated_at', models.DateTimeField(help_text='when the panel said so: older words do not count')),
                ('applied_state', models.CharField(blank=True, help_text='the last state that our places followed', max_length=40)),
                ('code', models.CharField(blank=True, help_text='that the person gave the panel', max_length=60)),
                ('bonus', models.BigIntegerField(blank=True, help_text='hundredths that the panel says were paid on top', null=True)),
                ('approval_asked_at', models.DateTimeField(blank=True, help_text='when approval was asked for from here: paid, or will be', null=True)),
                ('erased', models.BooleanField(default=False, help_text='its person had everything erased: it is tied to nobody again')),
                ('panel_study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='submissions', to='studies.panelstudy')),
                ('participant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='submissions', to='studies.participant')),
            ],
        ),
        migrations.CreateModel(
            name='Bonus',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(max_length=60)),
                ('amount', models.PositiveBigIntegerField(help_text='hundredths of the currency')),
                ('refused', models.BooleanField(default=False, help_text='surely not paid; may be tried anew')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='studies.bonusbatch')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bonuses', to='studies.submission')),
            ],
            options={
                'verbose_name_plural': 'bonuses',
            },
        ),
        migrations.CreateModel(
            name='TextDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.PositiveIntegerField(help_text="of the passage's first character, from 0")),
                ('end', models.PositiveIntegerField(help_text='behind its last one')),
                ('decision', models.CharField(choices=[('keep', 'stays masked'), ('release', 'released'), ('mask', 'masked by hand')], max_length=10)),
                ('reason', models.TextField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('response', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='text_decisions', to='studies.response')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='TextLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('response', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='studies.response')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='TextScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found', models.JSONField(default=list, help_text='[start, end, label] of every passage')),
                ('patterns', models.CharField(help_text='sha256 of the patterns, its beginning', max_length=12)),
                ('response', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='scan', to='studies.response')),
            ],
        ),
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(default=studies.models.append_only.new_token, max_length=32, unique=True)),
                ('position', models.PositiveIntegerField()),
                ('practice', models.BooleanField(default=False)),
                ('part', models.CharField(blank=True, help_text='the screen, where a kind asks about an item on several', max_length=60)),
                ('repeat', models.PositiveSmallIntegerField(default=0, help_text='0 the first time; a hidden repetition counts from 1')),
                ('block', models.PositiveSmallIntegerField(default=0, help_text='breaks lie between blocks')),
                ('kind', models.CharField(max_length=40)),
                ('layout', models.JSONField(default=dict, help_text='order of slots and sides, fixed when made')),
                ('shown_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('rt_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('viewing', models.JSONField(default=dict, help_text='rendered size, pixel ratio, zooms, ...')),
                ('undelivered', models.PositiveSmallIntegerField(default=0, help_text='how often its pictures did not arrive; nothing was judged then')),
                ('released', models.BooleanField(default=False, help_text='never answered; its place on the item was given back')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='studies.item')),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='studies.participant')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.AddField(
            model_name='response',
            name='trial',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='studies.trial'),
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(help_text='the file, as it was given')),
                ('state', models.CharField(choices=[('waiting', 'waiting for a worker'), ('working', 'being applied'), ('applied', 'applied'), ('refused', 'refused')], default='waiting', max_length=10)),
                ('message', models.CharField(blank=True, help_text='what the worker is doing', max_length=200)),
                ('problems', models.JSONField(default=list, help_text='why it was refused: line, place, message')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='study_uploads', to=settings.AUTH_USER_MODEL)),
                ('study', models.ForeignKey(blank=True, help_text='the result', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='studies.study')),
            ],
        ),
        migrations.CreateModel(
            name='Withdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(help_text="of the receipt's address: a keyed hash", max_length=64, unique=True)),
                ('number', models.CharField(help_text='to name it by, at random', max_length=14, unique=True)),
                ('erased', models.BooleanField()),
                ('stopped', models.BooleanField(help_text='there was more to come: a panel may want to be told')),
                ('kept', models.JSONField(default=dict, help_text='what → how many rows')),
                ('removed', models.JSONField(default=dict, help_text='what → how many rows')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawals', to='studies.study')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reminder', models.PositiveSmallIntegerField(default=0, help_text='0: the invitation itself')),
                ('state', models.CharField(choices=[('sending', 'being sent, or perhaps sent'), ('sent', 'taken by the mail server'), ('refused', 'not sent')], default='sending', max_length=8)),
                ('lasting', models.BooleanField(default=False, help_text='refused for good: not tried again by itself')),
                ('said', models.CharField(blank=True, help_text='the server, without addresses', max_length=300)),
                ('message_id', models.CharField(help_text="to find it in the server's log", max_length=300)),
                ('begun_at', models.DateTimeField(auto_now_add=True)),
                ('moved_at', models.DateTimeField(auto_now=True)),
                ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='studies.invitation')),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'moved_at'], name='studies_mai_state_f39bff_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'refused'), _negated=True), fields=('invitation', 'reminder'), name='mail_once')],
            },
        ),
        migrations.CreateModel(
            name='PairFlash',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.CharField(help_text='the slot of one picture', max_length=30)),
                ('second', models.CharField(help_text='the slot of the other', max_length=30)),
                ('general', models.FloatField(help_text='largest share of ten degrees of the visual field in which luminance flashes')),
                ('red', models.FloatField(help_text='the same of saturated red')),
                ('rate', models.FloatField(help_text='rounds a second that this pair alone would be allowed')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flashes', to='studies.item')),
            ],
            options={
                'verbose_name_plural': 'pair flashes',
                'constraints': [models.UniqueConstraint(fields=('item', 'first', 'second'), name='flash_pair')],
            },
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_by', models.CharField(help_text='name of the check', max_length=40)),
                ('version', models.PositiveSmallIntegerField(help_text='of the check')),
                ('consequence', models.CharField(help_text='note, flag, screen_out or exclude, as the file had it', max_length=10)),
                ('failed', models.BooleanField(help_text='false: an earlier finding does not hold any more')),
                ('failures', models.PositiveSmallIntegerField(default=0, help_text='failed attention checks in it, as panels count them')),
                ('sentence', models.TextField(help_text='what was found, in words')),
                ('evidence', models.JSONField(default=dict)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='studies.participant')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['participant', 'found_by'], name='studies_fla_partici_14f391_idx')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_by', models.CharField(help_text='name of the check', max_length=40)),
                ('number', models.PositiveSmallIntegerField(help_text='from 1')),
                ('answers', models.JSONField(help_text='question → place of the choice, from 0')),
                ('right', models.PositiveSmallIntegerField()),
                ('asked', models.PositiveSmallIntegerField()),
                ('passed', models.BooleanField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='studies.participant')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('participant', 'found_by', 'number'), name='attempt_once')],
            },
        ),
        migrations.CreateModel(
            name='Arrival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=30)),
                ('visit', models.CharField(blank=True, help_text="the channel's name for the visit, not the person", max_length=100)),
                ('verified', models.BooleanField(default=False, help_text='proved by a signature or a secret')),
                ('visits', models.PositiveIntegerField(default=1, help_text='different visits, the first too')),
                ('earlier', models.JSONField(default=list, help_text='visits before the last one, in order')),
                ('arrived_at', models.DateTimeField(auto_now_add=True)),
                ('participant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='arrival', to='studies.participant')),
            ],
            options={
                'indexes': [models.Index(fields=['channel', 'visit'], name='studies_arr_channel_5c6d95_idx')],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='studies.consenttext')),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='studies.participant')),
            ],
            options={
                'ordering': ['at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('participant', 'text'), name='agreement_once')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('exit', models.CharField(max_length=20)),
                ('code', models.CharField(max_length=20)),
                ('answers', models.PositiveIntegerField(help_text='rows that were read back')),
                ('sha256', models.CharField(help_text='of those rows, in order', max_length=64)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='studies.participant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('participant', 'exit'), name='receipt_once_per_exit')],
            },
        ),
        migrations.CreateModel(
            name='Stimulus',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.CharField(max_length=30)),
                ('rendition_sha256', models.CharField(blank=True, help_text='the padded bytes that raters are sent; set at launch', max_length=64)),
                ('condition', models.ForeignKey(blank=True, help_text='what made this picture, where the item compares several conditions', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='stimuli', to='studies.condition')),
                ('image', models.ForeignKey(blank=True, help_text='what the recipe gave; fixed at launch', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stimuli', to='generation.image')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stimuli', to='studies.item')),
                ('recipe', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stimuli', to='generation.recipe')),
            ],
            options={
                'verbose_name_plural': 'stimuli',
                'constraints': [models.UniqueConstraint(fields=('item', 'slot'), name='stimulus_slot')],
            },
        ),
        migrations.CreateModel(
            name='Protocol',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.TextField(help_text='the YAML as it was given')),
                ('document', models.JSONField(help_text='the same, checked and with defaults filled in')),
                ('sha256', models.CharField(help_text='of the canonical JSON of the document', max_length=64)),
                ('drawn', models.JSONField(default=dict, help_text='what was drawn when it was applied: target styles and pictures')),
                ('design_sha256', models.CharField(blank=True, help_text='of protocol, stimuli and seed; set at launch', max_length=64)),
                ('frozen_at', models.DateTimeField(blank=True, null=True)),
                ('study', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='protocol', to='studies.study')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('frozen_at__isnull', True), models.Q(('design_sha256', ''), _negated=True), _connector='OR'), name='protocol_frozen_under_a_hash')],
            },
        ),
        migrations.AddIndex(
            model_name='participant',
            index=models.Index(fields=['study', 'state', 'lease_until'], name='studies_par_study_i_be53b4_idx'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('study', 'code'), name='participant_code'),
        ),
        migrations.AddConstraint(
            model_name='panelstudy',
            constraint=models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('panel', 'reference'), name='panel_study_reference'),
        ),
        migrations.AddConstraint(
            model_name='leaktest',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'working'])), fields=('study',), name='leak_test_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(fields=('study', 'position'), name='item_position'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('study', 'number'), name='invitation_number'),
        ),
        migrations.AddIndex(
            model_name='identity',
            index=models.Index(fields=['study', 'kind', 'digest'], name='studies_ide_study_i_9f063d_idx'),
        ),
        migrations.AddIndex(
            model_name='identity',
            index=models.Index(fields=['delete_after'], name='studies_ide_delete__abe73b_idx'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(fields=('participant', 'kind'), name='identity_kind'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(fields=('invitation', 'kind'), name='identity_invited_kind'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.CheckConstraint(condition=models.Q(('participant__isnull', False), ('invitation__isnull', False), _connector='OR'), name='identity_of_somebody'),
        ),
        migrations.AddConstraint(
            model_name='exitcode',
            constraint=models.UniqueConstraint(fields=('study', 'exit'), name='exit_code_exit'),
        ),
        migrations.AddConstraint(
            model_name='exitcode',
            constraint=models.UniqueConstraint(fields=('study', 'code'), name='exit_code_code'),
        ),
        migrations.AddConstraint(
            model_name='consenttext',
            constraint=models.UniqueConstraint(fields=('study', 'version', 'language'), name='consent_text_version'),
        ),
        migrations.AddConstraint(
            model_name='consentamendment',
            constraint=models.UniqueConstraint(fields=('study', 'version'), name='consent_amendment_version'),
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=models.UniqueConstraint(fields=('study', 'position'), name='condition_position'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('panel_study', 'reference'), name='submission_reference'),
        ),
        migrations.AddConstraint(
            model_name='bonus',
            constraint=models.UniqueConstraint(condition=models.Q(('refused', False)), fields=('submission', 'purpose'), name='bonus_once_per_purpose'),
        ),
        migrations.AddConstraint(
            model_name='bonus',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='bonus_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='textdecision',
            constraint=models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='text_decision_span'),
        ),
        migrations.AddIndex(
            model_name='trial',
            index=models.Index(fields=['item', 'released'], name='studies_tri_item_id_9aca45_idx'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.UniqueConstraint(fields=('participant', 'position'), name='trial_position'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.UniqueConstraint(fields=('participant', 'item', 'part', 'repeat'), name='trial_item_once'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(('released', False), ('answered_at__isnull', True), _connector='OR'), name='trial_answered_or_released'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=models.UniqueConstraint(condition=models.Q(('trial__isnull', False)), fields=('trial', 'question'), name='response_once_per_trial'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=models.UniqueConstraint(condition=models.Q(('trial__isnull', True)), fields=('participant', 'question'), name='response_once_per_person'),
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(fields=['state'], name='studies_upl_state_a80852_idx'),
        ),
    ]
