/*
 * password.h - passwords, tokens, and how long a guesser must wait.
 *
 * Passwords are kept as Argon2id hashes with their parameters. An unknown account is checked
 * against a hash that no password fits, so that it takes as long as a known one.
 */
#ifndef DC_ORG_PASSWORD_H
#define DC_ORG_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum {
    ORG_PASSWORD_MAX = 200,   /* bytes */
    ORG_HASH_TEXT = 128,      /* as libsodium writes it, with its NUL */
    ORG_ONE_TIME_TEXT = 20,   /* "XXXX-XXXX-XXXX-XXXX" with its NUL: 80 bits */
    ORG_TOKEN_TEXT = 48,      /* "dc_" and 43 characters of base64url, with its NUL */
    ORG_TOKEN_HASH = 32,      /* SHA-256 */
    ORG_SESSION_ID_TEXT = 25, /* 24 hexadecimal digits, with its NUL */
};

struct org_hashing {
    unsigned long long operations; /* passes over the memory */
    size_t memory;                 /* bytes */
    char nobody[ORG_HASH_TEXT];    /* fits no password */
};

/* Starts libsodium and makes the hash that no password fits. */
enum dc_code org_hashing_init(struct org_hashing *hashing, unsigned long long operations,
                              size_t memory, struct dc_error *error) DC_MUST_CHECK;
/* RESOURCE_EXHAUSTED when there is no memory for it. */
enum dc_code org_password_hash(const struct org_hashing *hashing, const char *password,
                               char ret_hash[ORG_HASH_TEXT], struct dc_error *error) DC_MUST_CHECK;
/* hash NULL: nobody's; takes as long, and is false. */
bool org_password_fits(const struct org_hashing *hashing, const char *hash, const char *password);
bool org_password_is_dated(const struct org_hashing *hashing, const char *hash);

/* At least 10 characters, at most 200 bytes; not the account's name or what contains most of it,
 * not one of the most used passwords, not one character or one row of the keyboard over and over.
 */
enum dc_code org_password_check(const char *password, const char *account, const char *field,
                                struct dc_error *error) DC_MUST_CHECK;

/* Of the system's random generator. The one-time alphabet has no letters that look alike. */
void org_one_time_password(char ret_password[ORG_ONE_TIME_TEXT]);
void org_token(char ret_token[ORG_TOKEN_TEXT]);
void org_token_hash(const char *token, uint8_t ret_hash[ORG_TOKEN_HASH]);
void org_session_id(char ret_id[ORG_SESSION_ID_TEXT]);

/* An account's name: 1..64 bytes of letters, digits and "._@-" or characters beyond ASCII; capital
 * ASCII letters become small ones. False: it cannot be an account's name. */
bool org_account_name(const char *text, char ret_account[65]);

#endif
