// SPDX-License-Identifier: GPL-2.0-only
/*
 * module/sysctl.c in user space: any bytes are written to any entry. What is
 * refused changes nothing; what is accepted reads back as text that is accepted
 * and means the same; and the tool's table of settings (settings.c) agrees with
 * the module about what is allowed.
 */
#include <stdarg.h>

#include "fuzz.h"
#include "netns.h"
#include "settings.h"
#include "sysctl.h"

#define SHOWN_MAX 2048

static const struct dynport_algorithm algorithms[] = {
	{ .name = "random_pick" }, { .name = "hash" },
};

static struct dynport_netns netns;
static struct ctl_table *entries;
static size_t entries_count;

struct ctl_table_header *
dynport_register_net_sysctl(struct net *net, const char *path,
			    struct ctl_table *table, size_t count)
{
	entries = table;
	entries_count = count;
	return (struct ctl_table_header *)table;
}

void unregister_net_sysctl_table(struct ctl_table_header *header)
{
}

/* Of reading alone, from the start: the text and a newline. */
int proc_dostring(const struct ctl_table *table, int write, void *buffer,
		  size_t *lenp, loff_t *ppos)
{
	size_t len = strnlen(table->data, table->maxlen);

	must(!write && !*ppos && len < *lenp);
	memcpy(buffer, table->data, len);
	((char *)buffer)[len] = '\n';
	*lenp = len + 1;
	*ppos += *lenp;
	return 0;
}

static int number_parse(const char *text, unsigned long max, unsigned long *number)
{
	unsigned long n = 0;
	const char *c = text;

	if (*c == '+')
		c++;
	if (!isdigit(*c))
		return -EINVAL;
	for (; isdigit(*c); c++) {
		n = n * 10 + (*c - '0');
		if (n > max)
			return -ERANGE;
	}
	if (*c == '\n')
		c++;
	if (*c)
		return -EINVAL;
	*number = n;
	return 0;
}

int kstrtou32(const char *text, unsigned int base, u32 *number)
{
	unsigned long n;
	int err = number_parse(text, UINT32_MAX, &n);

	if (!err)
		*number = n;
	return err;
}

int kstrtou16(const char *text, unsigned int base, u16 *number)
{
	unsigned long n;
	int err = number_parse(text, UINT16_MAX, &n);

	if (!err)
		*number = n;
	return err;
}

/* The kernel's isspace() knows a blank of its own beyond ASCII. */
static bool blank(char c)
{
	return (c >= '\t' && c <= '\r') || c == ' ' || c == '\xa0';
}

char *skip_spaces(const char *text)
{
	while (blank(*text))
		text++;
	return (char *)text;
}

char *strim(char *text)
{
	size_t len = strlen(text);

	while (len && blank(text[len - 1]))
		len--;
	text[len] = '\0';
	return skip_spaces(text);
}

int scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(buf, size, format, arguments);
	va_end(arguments);
	must(n >= 0 && (size_t)n < size);
	return n;
}

ssize_t strscpy(char *to, const char *from, size_t size)
{
	return scnprintf(to, size, "%s", from);
}

bool dynport_algorithm_name_ok(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
	       strlen(name);
}

const struct dynport_algorithm *dynport_algorithm_get(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (!strcmp(algorithms[i].name, name))
			return &algorithms[i];
	return ERR_PTR(-ENOENT);
}

size_t dynport_algorithm_names(char *buf, size_t size)
{
	return scnprintf(buf, size, "random_pick hash");
}

int dynport_netns_choose(struct dynport_netns *ns, unsigned int which,
			 const struct dynport_algorithm *algorithm)
{
	must(which < DYNPORT_CHOICES);
	must(algorithm || which != DYNPORT_CHOICE_DEFAULT);
	ns->choice[which] = algorithm;
	return 0;
}

/* Who writes may. */
bool capability_all = true;
unsigned long capability_asked;

void dynport_netns_update(struct dynport_netns *ns)
{
}

void dynport_reclaim_trim(struct dynport_netns *ns)
{
}

/* The entry's value, without the newline. */
static void entry_show(const struct ctl_table *entry, char shown[SHOWN_MAX])
{
	size_t len = SHOWN_MAX;
	loff_t at = 0;

	must(!entry->proc_handler(entry, 0, shown, &len, &at));
	must(len && len < SHOWN_MAX && shown[len - 1] == '\n');
	shown[len - 1] = '\0';
}

static int entry_store(const struct ctl_table *entry, const char *text, size_t size)
{
	size_t len = size;
	loff_t at = 0;
	int err = entry->proc_handler(entry, 1, (void *)text, &len, &at);

	must(len == size && at == (err ? 0 : (loff_t)size));
	return err;
}

static void netns_start(void)
{
	static struct net net;

	netns = (struct dynport_netns){
		.net = &net,
		.choice[DYNPORT_CHOICE_DEFAULT] = &algorithms[0],
		.tunables = {
			.bind_stride = 2, .search_limit = 64,
			.random_increment_max = 500,
		},
	};
	must(!dynport_sysctl_netns_init(&netns));
}

/* @text is what the tool would write: without blanks around it, no NUL. */
static void tool_agrees(const struct setting *setting, const char *text, int err)
{
	bool name = setting->kind == SETTING_ALGORITHM ||
		    setting->kind == SETTING_PATH_ALGORITHM;

	if (!name && setting_accepts(setting, text))
		must(!err);
}

/* The first byte selects the entry, the rest is written. */
void fuzz_sysctl(const uint8_t *data, size_t len)
{
	char before[SHOWN_MAX], after[SHOWN_MAX], again[SHOWN_MAX];
	const struct setting *setting;
	const struct ctl_table *entry;
	char *line;
	int err;

	if (!len)
		return;
	netns_start();
	entry = &entries[data[0] % entries_count];
	setting = setting_find(entry->procname);
	must(setting);
	line = fuzz_bytes(data + 1, len - 1);
	entry_show(entry, before);
	if (entry->mode == 0444) {
		must(setting->kind == SETTING_READ_ONLY);
	} else {
		err = entry_store(entry, line, len - 1);
		entry_show(entry, after);
		if (err) {
			must(err == -EINVAL || err == -ENOENT);
			must(!strcmp(before, after));
		} else {
			must(setting_accepts(setting, after));
			must(!entry_store(entry, after, strlen(after)));
			entry_show(entry, again);
			must(!strcmp(after, again));
		}
		if (len - 1 < 32 && !memchr(line, '\0', len - 1)) {
			memcpy(again, line, len - 1);
			again[len - 1] = '\0';
			if (!strpbrk(again, "\n"))
				tool_agrees(setting, again, err);
		}
	}
	free(line);
	dynport_sysctl_netns_exit(&netns);
}
