/* LD_PRELOAD: a disk that fills up. Below the folder FULL_DISK, a process may write FULL_DISK_BYTES bytes (default 0);
 * from then on every write there fails with ENOSPC, as it does on a real volume. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long long written;

static int on_full_disk(int fd)
{
    const char *folder = getenv("FULL_DISK");
    char link[64], path[PATH_MAX];
    if (!folder)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = '\0';
    size_t prefix = strlen(folder);
    return strncmp(path, folder, prefix) == 0 && (path[prefix] == '/' || path[prefix] == '\0');
}

static int refused(int fd, size_t count)
{
    if (!on_full_disk(fd))
        return 0;
    const char *limit = getenv("FULL_DISK_BYTES");
    if (__sync_add_and_fetch(&written, (long long)count) <= (limit ? atoll(limit) : 0))
        return 0;
    errno = ENOSPC;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t count)
{
    return refused(fd, count) ? -1 : NEXT(write)(fd, data, count);
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t at)
{
    return refused(fd, count) ? -1 : NEXT(pwrite)(fd, data, count, at);
}

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at)
{
    return refused(fd, count) ? -1 : NEXT(pwrite64)(fd, data, count, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    size_t bytes = 0;
    for (int i = 0; i < count; i++)
        bytes += parts[i].iov_len;
    return refused(fd, bytes) ? -1 : NEXT(writev)(fd, parts, count);
}

ssize_t sendfile(int to, int from, off_t *at, size_t count)
{
    ssize_t (*next)(int, int, off_t *, size_t) = dlsym(RTLD_NEXT, "sendfile");
    return refused(to, count) ? -1 : next(to, from, at, count);
}
