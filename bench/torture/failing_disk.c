/* Preloaded into a process: while `dateline_fail` says so, what it writes to the files of a database fails.

   dateline_fail(error, syncs): from now on writing to a file whose path holds "/news.db" gives `error` (ENOSPC, EIO, EROFS …),
   with `syncs` only fsync does; 0: the disk is well again. bench/torture/bad_disks_at_work.py calls it through ctypes. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static volatile int error_given, syncs_only;
static volatile long refused;

void dateline_fail(int error, int syncs) {
    syncs_only = syncs;
    error_given = error;
}

long dateline_refused(void) { return refused; }

static int fails(int fd, int sync) {
    if (!error_given || sync != syncs_only)
        return 0;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    if (!strstr(path, "/news.db") || (length >= 4 && !strcmp(path + length - 4, "-shm")))
        return 0;
    __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
    errno = error_given;
    return 1;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) \
        real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    REAL(pwrite);
    return fails(fd, 0) ? -1 : real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    REAL(pwrite64);
    return fails(fd, 0) ? -1 : real(fd, bytes, count, at);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(write);
    return fails(fd, 0) ? -1 : real(fd, bytes, count);
}

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    return fails(fd, 0) ? -1 : real(fd, length);
}

int fsync(int fd) {
    REAL(fsync);
    return fails(fd, 1) ? -1 : real(fd);
}

int fdatasync(int fd) {
    REAL(fdatasync);
    return fails(fd, 1) ? -1 : real(fd);
}
