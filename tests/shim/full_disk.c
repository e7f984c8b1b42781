/* LD_PRELOAD: a disk that fills up or breaks. Two ways, both for what lies below a folder only:
 *
 * FULL_DISK, FULL_DISK_BYTES (default 0): each process may write so many bytes there; from then on every write fails with
 * ENOSPC, as it does on a real volume.
 *
 * FAULTY_DISK, FAULTY_DISK_PAGE: the page is a file of four numbers of 64 bits that all processes share: how many changes
 * were made below the folder by all of them, which of these fails first (0: none), with which errno, and whether those
 * after it fail too. A change is a write, an fsync, or anything that makes or renames a file or a folder. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static long long written;
static volatile long long *page;

static __attribute__((constructor)) void share_page(void)
{
    const char *name = getenv("FAULTY_DISK_PAGE");
    int fd = name ? NEXT(open)(name, O_RDWR) : -1;
    if (fd < 0)
        return;
    void *mapped = mmap(NULL, 4 * sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    page = mapped == MAP_FAILED ? NULL : mapped;
    close(fd);
}

static int below(const char *path, const char *folder)
{
    size_t prefix = folder ? strlen(folder) : 0;
    return prefix && strncmp(path, folder, prefix) == 0 && (path[prefix] == '/' || path[prefix] == '\0');
}

/* Paths are taken as they are given: the program under test works with absolute ones, and ffmpeg in its scratch folder. */
static int path_is_below(const char *path, const char *folder)
{
    char here[PATH_MAX];
    if (path && path[0] != '/')
        return getcwd(here, sizeof here) && below(here, folder);
    return path && below(path, folder);
}

static int fd_is_below(int fd, const char *folder)
{
    char link[64], path[PATH_MAX];
    if (!folder)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = '\0';
    return below(path, folder);
}

static int fails(void)
{
    long long change = __sync_add_and_fetch(&page[0], 1), first = page[1];
    if (!first || change < first || (change > first && !page[3]))
        return 0;
    errno = (int)page[2];
    return 1;
}

static int path_fails(const char *path)
{
    return page && path_is_below(path, getenv("FAULTY_DISK")) && fails();
}

static int write_fails(int fd, size_t count)
{
    if (page && fd_is_below(fd, getenv("FAULTY_DISK")) && fails())
        return 1;
    if (!fd_is_below(fd, getenv("FULL_DISK")))
        return 0;
    const char *limit = getenv("FULL_DISK_BYTES");
    if (__sync_add_and_fetch(&written, (long long)count) <= (limit ? atoll(limit) : 0))
        return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *data, size_t count)
{
    return write_fails(fd, count) ? -1 : NEXT(write)(fd, data, count);
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t at)
{
    return write_fails(fd, count) ? -1 : NEXT(pwrite)(fd, data, count, at);
}

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at)
{
    return write_fails(fd, count) ? -1 : NEXT(pwrite64)(fd, data, count, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    size_t bytes = 0;
    for (int i = 0; i < count; i++)
        bytes += parts[i].iov_len;
    return write_fails(fd, bytes) ? -1 : NEXT(writev)(fd, parts, count);
}

ssize_t sendfile(int to, int from, off_t *at, size_t count)
{
    ssize_t (*next)(int, int, off_t *, size_t) = dlsym(RTLD_NEXT, "sendfile");
    return write_fails(to, count) ? -1 : next(to, from, at, count);
}

int fsync(int fd)
{
    return page && fd_is_below(fd, getenv("FAULTY_DISK")) && fails() ? -1 : NEXT(fsync)(fd);
}

int rename(const char *from, const char *to)
{
    return path_fails(to) ? -1 : NEXT(rename)(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    return path_fails(path) ? -1 : NEXT(mkdir)(path, mode);
}

#define OPENS(name, kind)                                                                                              \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        mode_t mode = 0;                                                                                               \
        if (flags & O_CREAT) {                                                                                         \
            va_list rest;                                                                                              \
            va_start(rest, flags);                                                                                     \
            mode = va_arg(rest, mode_t);                                                                               \
            va_end(rest);                                                                                              \
            if (path_fails(path))                                                                                      \
                return -1;                                                                                             \
        }                                                                                                              \
        int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, #kind);                                                 \
        return next(path, flags, mode);                                                                                \
    }

OPENS(open, open)
OPENS(open64, open64)
