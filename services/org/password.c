/* password.c - hashing by libsodium, rules of new passwords, random texts. */
#include "password.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

_Static_assert(ORG_HASH_TEXT == crypto_pwhash_STRBYTES, "room for a hash");
_Static_assert(ORG_TOKEN_HASH == crypto_hash_sha256_BYTES, "room for a hash of a token");

enum dc_code
org_hashing_init(struct org_hashing *hashing, unsigned long long operations, size_t memory,
                 struct dc_error *error)
{
    if (sodium_init() < 0) {
        return dc_fail(error, DC_INTERNAL, "libsodium does not start");
    }
    struct org_hashing made = {.operations = operations, .memory = memory};
    char random[ORG_TOKEN_TEXT];
    org_token(random);
    DC_TRY(org_password_hash(&made, random, made.nobody, error));
    sodium_memzero(random, sizeof(random));
    *hashing = made;
    return DC_OK;
}

enum dc_code
org_password_hash(const struct org_hashing *hashing, const char *password,
                  char ret_hash[ORG_HASH_TEXT], struct dc_error *error)
{
    if (crypto_pwhash_str_alg(ret_hash, password, strlen(password), hashing->operations,
                              hashing->memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "no memory to hash a password");
    }
    return DC_OK;
}

bool
org_password_fits(const struct org_hashing *hashing, const char *hash, const char *password)
{
    int differs =
        crypto_pwhash_str_verify(hash ? hash : hashing->nobody, password, strlen(password));
    return hash && differs == 0;
}

bool
org_password_is_dated(const struct org_hashing *hashing, const char *hash)
{
    return crypto_pwhash_str_needs_rehash(hash, hashing->operations, hashing->memory) != 0;
}

/* --- rules --------------------------------------------------------------------------------- */
/* The bulk of what people choose when 10 characters are asked for, as published lists of leaked
 * passwords show; in small letters. What merely repeats or follows the keyboard is found by rule.
 */
static const char *const most_used[] = {
    "password12",     "password123",   "password1234", "password12345", "password01",
    "password1!",     "password123!",  "passw0rd12",   "passw0rd123",   "p@ssw0rd12",
    "p@ssw0rd123",    "p@ssword123",   "p@$$w0rd123",  "welcome123",    "welcome1234",
    "welcome2024",    "welcome2025",   "welcome2026",  "changeme123",   "changeme1234",
    "letmein123",     "letmein1234",   "iloveyou12",   "iloveyou123",   "iloveyou1234",
    "admin12345",     "admin123456",   "admin@1234",   "admin@123456",  "administrator",
    "administrator1", "root123456",    "test123456",   "testtest123",   "user123456",
    "woaini1314",     "woaini1314520", "woaini520",    "woaini5201314", "woaini123456",
    "5201314520",     "1314520520",    "5201314000",   "52013141314",   "aini1314520",
    "qwerty1234",     "qwerty12345",   "qwerty123456", "qwerty123!",    "qwert12345",
    "1q2w3e4r5t",     "1q2w3e4r5t6y",  "1qaz2wsx3edc", "1qazxsw23edc",  "qazwsxedc1",
    "qazwsxedcrfv",   "zaq12wsx3edc",  "zaq1xsw2cde3", "q1w2e3r4t5",    "q1w2e3r4t5y6",
    "a123456789",     "aa123456789",   "abc1234567",   "abc12345678",   "abc123456789",
    "abcd123456",     "abcd1234567",   "abcd12345678", "abcde12345",    "a1b2c3d4e5",
    "asd123456789",   "asdf123456",    "asdfgh1234",   "zxcvbnm123",    "zxcvbnm1234",
    "123456789a",     "123456789q",    "1234567890a",  "1234567890q",   "123456abcd",
    "123456abcdef",   "123456qwerty",  "123qwe123qwe", "123qweasdzxc",  "qwe123456789",
    "qweasdzxc123",   "football123",   "baseball123",  "superman123",   "dragon1234",
    "monkey1234",     "sunshine123",   "princess123",  "michael123",    "charlie123",
    "liverpool123",   "chelsea123",    "computer123",  "internet123",   "company123",
    "company1234",    "china123456",   "beijing2008",  "shanghai123",   "zhongguo123",
    "dacheng123",     "dacheng1234",   "dacheng12345", "dacheng2026",   "dacheng123456",
    "jixiao123456",   "xiaoshou123",   "huawei@123",   "huawei12#$",    "zhang123456",
    "wang123456",     "liming123456",  "zhangsan123",  "zhangsan1234",  "lisi123456",
    "summer2024",     "summer2025",    "summer2026",   "winter2024",    "winter2025",
    "winter2026",     "spring2026",    "autumn2026",   "secret1234",    "secret12345",
    "trustno1234",    "whatever123",   "freedom123",   "starwars123",   "pokemon123",
    "0987654321",     "9876543210",    "1029384756",   "1122334455",    "11223344556",
    "1212121212",     "1231231234",    "1234512345",   "1234554321",    "1234567891",
    "12345678910",    "123456789987",  "1357924680",   "147258369",     "1472583690",
    "789456123",      "7894561230",    "963852741",    "9638527410",    "159357456",
};

/* Does every character follow from the one before: the same, the next one up or down, or beside
 * it in a row of the keyboard? */
static bool
runs_on(const char *password)
{
    static const char *const rows[] = {"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'",
                                       "zxcvbnm,./"};
    size_t length = strlen(password), runs = 0;
    for (size_t i = 1; i < length; i++) {
        int before = tolower((unsigned char)password[i - 1]);
        int here = tolower((unsigned char)password[i]);
        bool follows = here - before >= -1 && here - before <= 1;
        for (size_t r = 0; !follows && r < sizeof(rows) / sizeof(rows[0]); r++) {
            const char *at = strchr(rows[r], before);
            follows = at && ((at[1] && at[1] == here) || (at != rows[r] && at[-1] == here));
        }
        runs += follows;
    }
    /* One break is let pass: "1234567890qwertyuiop" is two runs. */
    return runs + 2 >= length;
}

static bool
repeats(const char *password)
{
    size_t length = strlen(password);
    for (size_t period = 1; period <= 4 && period * 2 <= length; period++) {
        if (strncmp(password, password + period, length - period) == 0) {
            return true;
        }
    }
    return false;
}

enum dc_code
org_password_check(const char *password, const char *account, const char *field,
                   struct dc_error *error)
{
    size_t bytes = strlen(password);
    if (bytes > ORG_PASSWORD_MAX || dc_utf8_length(password, bytes) < 10) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "a password has at least 10 characters and at most %d bytes",
                             ORG_PASSWORD_MAX);
    }
    char small[ORG_PASSWORD_MAX + 1];
    for (size_t i = 0; i <= bytes; i++) {
        small[i] = (char)tolower((unsigned char)password[i]);
    }
    size_t name = strlen(account);
    if (name >= 3 && strstr(small, account) && bytes < name + 6) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "a password must not be made of the account's name");
    }
    bool common = runs_on(small) || repeats(small);
    for (size_t i = 0; !common && i < sizeof(most_used) / sizeof(most_used[0]); i++) {
        common = strcmp(small, most_used[i]) == 0;
    }
    if (common) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "this password is among those that are tried first; choose another");
    }
    return DC_OK;
}

/* --- random texts -------------------------------------------------------------------------- */
void
org_one_time_password(char ret_password[ORG_ONE_TIME_TEXT])
{
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* 32: five bits each */
    for (int i = 0; i < ORG_ONE_TIME_TEXT - 1; i++) {
        ret_password[i] = i % 5 == 4 ? '-' : alphabet[randombytes_uniform(sizeof(alphabet) - 1)];
    }
    ret_password[ORG_ONE_TIME_TEXT - 1] = '\0';
}

void
org_token(char ret_token[ORG_TOKEN_TEXT])
{
    uint8_t random[32];
    randombytes_buf(random, sizeof(random));
    memcpy(ret_token, "dc_", 3);
    sodium_bin2base64(ret_token + 3, ORG_TOKEN_TEXT - 3, random, sizeof(random),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random, sizeof(random));
}

void
org_token_hash(const char *token, uint8_t ret_hash[ORG_TOKEN_HASH])
{
    crypto_hash_sha256(ret_hash, (const unsigned char *)token, strlen(token));
}

void
org_session_id(char ret_id[ORG_SESSION_ID_TEXT])
{
    uint8_t random[(ORG_SESSION_ID_TEXT - 1) / 2];
    randombytes_buf(random, sizeof(random));
    dc_hex_encode(random, sizeof(random), ret_id);
}

bool
org_account_name(const char *text, char ret_account[65])
{
    size_t length = strlen(text);
    if (length == 0 || length > 64) {
        return false;
    }
    for (size_t i = 0; i <= length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c && c < 0x80 && !isalnum(c) && !strchr("._@-", c)) {
            return false;
        }
        ret_account[i] = (char)(c < 0x80 ? tolower(c) : c);
    }
    return true;
}
