// SPDX-License-Identifier: GPL-2.0-only
/*
 * random.c - the kernel's random numbers in user space
 *
 * xoshiro256** (Blackman and Vigna) when seeded, so that a run can be
 * repeated; else getrandom(2), a buffer at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include <linux/random.h>

static struct {
	bool seeded;
	u64 state[4];
	u64 buffer[512];
	unsigned int left;
} generator;

static u64 rotate_left(u64 x, int bits)
{
	return x << bits | x >> (64 - bits);
}

void random_seed(u64 seed)
{
	int i;

	/* SplitMix64 spreads the seed over the state. */
	for (i = 0; i < 4; i++) {
		u64 z = seed += 0x9e3779b97f4a7c15;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		generator.state[i] = z ^ z >> 31;
	}
	generator.seeded = true;
}

static u64 random_from_system(void)
{
	if (!generator.left) {
		char *buf = (char *)generator.buffer;
		size_t have = 0;

		while (have < sizeof(generator.buffer)) {
			ssize_t got = getrandom(buf + have,
						sizeof(generator.buffer) - have,
						0);

			if (got < 0) {
				perror("getrandom");
				exit(1);
			}
			have += got;
		}
		generator.left = ARRAY_SIZE(generator.buffer);
	}
	return generator.buffer[--generator.left];
}

u64 random_u64(void)
{
	u64 *s = generator.state, result, t;

	if (!generator.seeded)
		return random_from_system();

	result = rotate_left(s[1] * 5, 7) * 9;
	t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

void get_random_bytes(void *buf, size_t len)
{
	char *to = buf;

	while (len) {
		u64 word = random_u64();
		size_t n = len < sizeof(word) ? len : sizeof(word);

		memcpy(to, &word, n);
		to += n;
		len -= n;
	}
}
