/* SPDX-License-Identifier: GPL-2.0-only */
/* Doubly linked lists with a head: the type is in linux/types.h. */
#ifndef DYNPORT_SHIM_LINUX_LIST_H
#define DYNPORT_SHIM_LINUX_LIST_H

#include <linux/types.h>

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline void list_add_tail(struct list_head *entry,
				 struct list_head *head)
{
	entry->prev = head->prev;
	entry->next = head;
	head->prev->next = entry;
	head->prev = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
}

#define list_first_entry(head, type, member) \
	container_of((head)->next, type, member)
#define list_entry_is_head(entry, head, member) \
	(&(entry)->member == (head))
#define list_for_each_entry(entry, head, member)			   \
	for (entry = list_first_entry(head, __typeof__(*entry), member);  \
	     !list_entry_is_head(entry, head, member);			   \
	     entry = list_first_entry(&entry->member, __typeof__(*entry), \
				      member))

#endif
