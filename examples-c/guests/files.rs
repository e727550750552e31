//! files - the program of files.c in Rust.
//!
//!     files INPUT OUTPUT

use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn run(input: &str, output: &str) -> Result<(), String> {
    let fails = |what: &str, path: &str| {
        let line = format!("cannot {what} {path}");
        move |error: std::io::Error| format!("{line}: {error}")
    };
    let text = fs::read(input).map_err(fails("read", input))?;
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    let words = text.split(|byte| b" \t\r\n".contains(byte)).filter(|word| !word.is_empty()).count();

    let draft = format!("{output}.new");
    fs::write(&draft, format!("{lines} lines, {words} words, {} bytes\n", text.len())).map_err(fails("write", &draft))?;
    fs::rename(&draft, output).map_err(fails("rename", &draft))?;
    print!("{}", fs::read_to_string(output).map_err(fails("read", output))?);

    let directory = Path::new(output).parent().and_then(Path::to_str).filter(|path| !path.is_empty()).unwrap_or(".");
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(fails("list", directory))? {
        names.push(entry.map_err(fails("list", directory))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    println!("files: {}", names.join(" "));
    Ok(())
}

fn main() -> ExitCode {
    println!("hello from Rust");
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, output] = args.as_slice() else {
        eprintln!("usage: files INPUT OUTPUT");
        return ExitCode::FAILURE;
    };
    match run(input, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("files: {error}");
            ExitCode::FAILURE
        }
    }
}
