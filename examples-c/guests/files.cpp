// files - the program of files.c in C++: strings, vectors, algorithms and destructors, built without exceptions.
//
//     files INPUT OUTPUT
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

// A file that is closed when nobody uses it any more.
class File {
public:
    File(const std::string &path, const char *mode) : file_(std::fopen(path.c_str(), mode)) {}
    ~File() {
        if (file_ != nullptr) std::fclose(file_);
    }
    File(const File &) = delete;
    File &operator=(const File &) = delete;

    explicit operator bool() const { return file_ != nullptr; }

    std::optional<std::string> read() {
        std::string all;
        char part[4096];
        for (std::size_t got; (got = std::fread(part, 1, sizeof part, file_)) > 0;) all.append(part, got);
        return std::ferror(file_) != 0 ? std::nullopt : std::optional(std::move(all));
    }

    // Closing tells whether everything was written.
    bool write(const std::string &text) {
        bool good = std::fwrite(text.data(), 1, text.size(), file_) == text.size();
        return std::fclose(std::exchange(file_, nullptr)) == 0 && good;
    }

private:
    std::FILE *file_;
};

std::optional<std::string> read_all(const std::string &path) {
    File file(path, "rb");
    return file ? file.read() : std::nullopt;
}

bool write_all(const std::string &path, const std::string &text) {
    File file(path, "wb");
    return file && file.write(text);
}

std::optional<std::vector<std::string>> names_in(const std::string &path) {
    DIR *directory = opendir(path.c_str());
    if (directory == nullptr) return std::nullopt;
    std::vector<std::string> names;
    while (dirent *entry = readdir(directory)) {
        std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(std::move(name));
    }
    closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
}

int fail(const char *what, const std::string &path) {
    std::fprintf(stderr, "files: cannot %s %s: %s\n", what, path.c_str(), std::strerror(errno));
    return 1;
}

} // namespace

int main(int argc, char **argv) {
    std::puts("hello from C++");
    if (argc != 3) {
        std::fputs("usage: files INPUT OUTPUT\n", stderr);
        return 1;
    }
    const std::string input = argv[1], output = argv[2];
    auto text = read_all(input);
    if (!text) return fail("read", input);
    auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    auto lines = std::count(text->begin(), text->end(), '\n');
    std::size_t words = 0;
    bool in_word = false;
    for (char c : *text) {
        words += !is_space(c) && !in_word;
        in_word = !is_space(c);
    }

    const std::string report =
        std::to_string(lines) + " lines, " + std::to_string(words) + " words, " + std::to_string(text->size()) + " bytes\n";
    const std::string draft = output + ".new";
    if (!write_all(draft, report)) return fail("write", draft);
    if (std::rename(draft.c_str(), output.c_str()) != 0) return fail("rename", draft);
    text = read_all(output);
    if (!text) return fail("read", output);
    std::fputs(text->c_str(), stdout);

    const auto slash = output.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : output.substr(0, slash);
    const auto names = names_in(directory);
    if (!names) return fail("list", directory);
    std::string line = "files:";
    for (const auto &name : *names) line += " " + name;
    std::puts(line.c_str());
    return 0;
}
