/* Any small program of a sample: it says its name and ends. PROGRAM is given when it is compiled. */
#include <stdio.h>

int main(void) {
    puts(PROGRAM);
    return 0;
}
