/* A stand-in for musl's ld-musl-x86_64.so.1, loader and library in one: its name and version text, no more. */

static const char version_text[] = "\0musl libc (x86_64)\nVersion %s\nA stand-in made for sample images\n\0001.2.4\0";

const char *__libc_version(void) { return version_text; }
int puts(const char *text) { return text[0]; }
int __libc_start_main(void) { return version_text[1]; }
