/* Preloaded into a process: writes down, in order, what it does to the files of one folder.

   DISK_LOG_FOLDER: the folder (absolute, flat). DISK_LOG_FILE: where the record goes; each entry is a `struct entry`, the
   name of the file ("." for the folder itself), a second name (of a rename) or the bytes written. bench/torture/disk.py
   reads it. Files that end in -shm are left out: SQLite makes them anew after a crash. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 4096

struct entry {
    uint8_t what; /* C made, W written, T cut to a size, S synced, U removed, R renamed, L linked */
    uint8_t pad;
    uint16_t name;
    uint32_t bytes;
    uint64_t at;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_length;
static int record = -1;
static char *names[FILES];

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("DISK_LOG_FOLDER"), *file = getenv("DISK_LOG_FILE");
    if (!where || !file)
        return;
    folder_length = strlen(where);
    if (folder_length >= sizeof folder)
        return;
    memcpy(folder, where, folder_length + 1);
    record = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

/* The name within the folder, "." for the folder, NULL for every other path. */
static const char *watched(const char *path) {
    if (record < 0 || !path || strncmp(path, folder, folder_length) != 0)
        return NULL;
    const char *rest = path + folder_length;
    while (*rest == '/')
        rest++;
    if (*rest == 0)
        return ".";
    if (rest == path + folder_length || strchr(rest, '/'))
        return NULL;
    size_t length = strlen(rest);
    return length >= 4 && strcmp(rest + length - 4, "-shm") == 0 ? NULL : rest;
}

static const char *of(int fd) { return fd >= 0 && fd < FILES ? names[fd] : NULL; }

static void put(char what, const char *name, uint64_t at, const void *bytes, size_t count) {
    struct entry entry = {(uint8_t)what, 0, (uint16_t)strlen(name), (uint32_t)count, at};
    struct iovec parts[3] = {{&entry, sizeof entry}, {(void *)name, entry.name}, {(void *)bytes, count}};
    ssize_t whole = (ssize_t)(sizeof entry + entry.name + count);
    if (syscall(SYS_writev, record, parts, 3) != whole) {
        static const char said[] = "disk_log: the record could not be written\n";
        syscall(SYS_write, 2, said, sizeof said - 1);
        abort(); /* a record with a gap would accuse SQLite of what it did not do */
    }
}

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    const char *name = watched(path);
    if (!name)
        return real(path, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat found;
    int there = syscall(SYS_newfstatat, AT_FDCWD, path, &found, 0) == 0;
    int fd = real(path, flags, mode), error = errno;
    if (fd >= 0 && fd < FILES) {
        free(names[fd]);
        names[fd] = strdup(name);
        if (!there)
            put('C', name, 0, NULL, 0);
        else if (flags & O_TRUNC)
            put('T', name, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return fd;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) \
        real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & O_CREAT) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        return opened(real, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    REAL(close);
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < FILES && fd != record) {
        free(names[fd]);
        names[fd] = NULL;
    }
    pthread_mutex_unlock(&lock);
    return fd == record ? 0 : real(fd);
}

/* What `call` did to a watched file is put down with it, so that the order of the record is that of the calls. */
#define LOGGED(type, call, condition, ...) \
    if (!of(fd)) \
        return call; \
    pthread_mutex_lock(&lock); \
    type done = call; \
    int error = errno; \
    if (condition) \
        put(__VA_ARGS__); \
    pthread_mutex_unlock(&lock); \
    errno = error; \
    return done

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(write);
    LOGGED(ssize_t, real(fd, bytes, count), done > 0, 'W', names[fd],
           (uint64_t)(syscall(SYS_lseek, fd, 0, SEEK_CUR) - done), bytes, (size_t)done);
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    REAL(pwrite);
    LOGGED(ssize_t, real(fd, bytes, count, at), done > 0, 'W', names[fd], (uint64_t)at, bytes, (size_t)done);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    REAL(pwrite64);
    LOGGED(ssize_t, real(fd, bytes, count, at), done > 0, 'W', names[fd], (uint64_t)at, bytes, (size_t)done);
}
int ftruncate(int fd, off_t size) {
    REAL(ftruncate);
    LOGGED(int, real(fd, size), done == 0, 'T', names[fd], (uint64_t)size, NULL, 0);
}
int ftruncate64(int fd, off64_t size) {
    REAL(ftruncate64);
    LOGGED(int, real(fd, size), done == 0, 'T', names[fd], (uint64_t)size, NULL, 0);
}
int fsync(int fd) {
    REAL(fsync);
    LOGGED(int, real(fd), done == 0, 'S', names[fd], 0, NULL, 0);
}
int fdatasync(int fd) {
    REAL(fdatasync);
    LOGGED(int, real(fd), done == 0, 'S', names[fd], 0, NULL, 0);
}
int unlink(const char *path) {
    REAL(unlink);
    const char *name = watched(path);
    if (!name)
        return real(path);
    pthread_mutex_lock(&lock);
    int done = real(path), error = errno;
    if (done == 0)
        put('U', name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}
#define NAMED(call, letter) \
    const char *old = watched(from), *new = watched(to); \
    if (!old || !new) \
        return call; \
    pthread_mutex_lock(&lock); \
    int done = call, error = errno; \
    if (done == 0) \
        put(letter, old, 0, new, strlen(new)); \
    pthread_mutex_unlock(&lock); \
    errno = error; \
    return done

int rename(const char *from, const char *to) {
    REAL(rename);
    NAMED(real(from, to), 'R');
}
int link(const char *from, const char *to) {
    REAL(link);
    NAMED(real(from, to), 'L');
}
int linkat(int folder_from, const char *from, int folder_to, const char *to, int flags) {
    REAL(linkat);
    NAMED(real(folder_from, from, folder_to, to, flags), 'L');
}
