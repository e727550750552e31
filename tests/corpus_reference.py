"""The other side of corpus.sh, on Wasmtime's Python package.

    run MODULE PREFIX [ARGUMENT...]   runs a WASI command in the current directory: PREFIX.out, PREFIX.err, PREFIX.status
    needs MODULE                      prints the table elements and the functions that a module needs before it starts
    large DIRECTORY                   writes modules just over and just at the default limits
"""

import os
import sys

import wasmtime


def run(module_path, prefix, *arguments):
    engine = wasmtime.Engine()
    linker, store, wasi = wasmtime.Linker(engine), wasmtime.Store(engine), wasmtime.WasiConfig()
    linker.define_wasi()
    wasi.argv = [os.path.basename(module_path), *arguments]
    wasi.preopen_dir(".", ".")
    wasi.stdout_file, wasi.stderr_file = prefix + ".out", prefix + ".err"
    store.set_wasi(wasi)
    module = wasmtime.Module.from_file(engine, module_path)
    for item in module.imports:
        if item.module == "bench":
            linker.define(store, item.module, item.name, wasmtime.Func(store, item.type, lambda: None))
    status = 0
    try:
        linker.instantiate(store, module).exports(store)["_start"](store)
    except wasmtime.ExitTrap as end:
        status = end.code
    with open(prefix + ".status", "w") as out:
        print(status, file=out)


def needs(module_path):
    with open(module_path, "rb") as source:
        data = source.read()
    at, elements, functions = 8, 0, 0

    def leb():
        nonlocal at
        value = shift = 0
        while True:
            byte, at = data[at], at + 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def limits():
        nonlocal at
        flags, at = data[at], at + 1
        least = leb()
        if flags & 1:
            leb()
        return least

    while at < len(data):
        section, at = data[at], at + 1
        size = leb()
        end = at + size
        if section == 2:  # imports: functions count, other kinds are skipped over
            for _ in range(leb()):
                for _name in range(2):
                    length = leb()
                    at += length
                kind, at = data[at], at + 1
                if kind == 0:
                    functions += 1
                    leb()
                elif kind == 3:
                    at += 2
                else:
                    at += kind == 1
                    limits()
        elif section == 3:
            functions += leb()
        elif section == 4:
            for _ in range(leb()):
                at += 1
                elements += limits()
        at = end
    print(elements, functions)


def large(directory):
    for name, text in {
        "table-1000": "(table 1000 funcref)",
        "table-1001": "(table 500 funcref) (table 501 funcref)",
        "functions-10000": "(func)" * 9999 + '(func (export "_start"))',
        "functions-10001": "(func)" * 10001,
    }.items():
        with open(f"{directory}/{name}.wasm", "wb") as out:
            out.write(wasmtime.wat2wasm(f"(module {text})"))


if __name__ == "__main__":
    {"run": run, "needs": needs, "large": large}[sys.argv[1]](*sys.argv[2:])
