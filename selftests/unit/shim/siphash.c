// SPDX-License-Identifier: GPL-2.0-only
/*
 * siphash.c - SipHash-2-4 (Aumasson and Bernstein, 2012), 64-bit output
 *
 * Written from the paper's section 2. Numbers are hashed as their little-endian
 * bytes, as in the kernel.
 */
#include <endian.h>

#include <linux/siphash.h>

struct sip {
	u64 v0, v1, v2, v3;
};

static u64 rotate_left(u64 x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate_left(s->v1, 13) ^ s->v0;
	s->v3 = rotate_left(s->v3, 16) ^ s->v2;
	s->v0 = rotate_left(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate_left(s->v1, 17) ^ s->v2;
	s->v3 = rotate_left(s->v3, 21) ^ s->v0;
	s->v2 = rotate_left(s->v2, 32);
}

static void sip_compress(struct sip *s, u64 word)
{
	s->v3 ^= word;
	sip_round(s);
	sip_round(s);
	s->v0 ^= word;
}

u64 siphash(const void *data, size_t len, const siphash_key_t *key)
{
	struct sip s = {
		.v0 = key->key[0] ^ 0x736f6d6570736575,
		.v1 = key->key[1] ^ 0x646f72616e646f6d,
		.v2 = key->key[0] ^ 0x6c7967656e657261,
		.v3 = key->key[1] ^ 0x7465646279746573,
	};
	const char *from = data;
	u64 word, last = (u64)len << 56;
	int i;

	for (; len >= sizeof(word); len -= sizeof(word), from += sizeof(word)) {
		memcpy(&word, from, sizeof(word));
		sip_compress(&s, le64toh(word));
	}
	word = 0;
	memcpy(&word, from, len);
	sip_compress(&s, last | le64toh(word));

	s.v2 ^= 0xff;
	for (i = 0; i < 4; i++)
		sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

u64 siphash_3u32(u32 first, u32 second, u32 third, const siphash_key_t *key)
{
	u32 data[] = { htole32(first), htole32(second), htole32(third) };

	return siphash(data, sizeof(data), key);
}

u64 siphash_4u32(u32 first, u32 second, u32 third, u32 fourth,
		 const siphash_key_t *key)
{
	u32 data[] = { htole32(first), htole32(second), htole32(third),
		       htole32(fourth) };

	return siphash(data, sizeof(data), key);
}
