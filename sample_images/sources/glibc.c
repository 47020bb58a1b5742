/* A stand-in for glibc's libc.so.6 and ld-linux-x86-64.so.2: their names, symbol versions and version text, no more. */

static const char version_text[] =
    "GNU C Library (a stand-in made for sample images) stable release version 2.36.\n";

const char *gnu_get_libc_version(void) { return version_text; }
int puts(const char *text) { return text[0]; }
int __libc_start_main(void) { return version_text[0]; }
