//! From an instruction back to its line: the line tables of a module's DWARF, read when the first frame is looked at.
//!
//! Of all DWARF sections only `.debug_line` and `.debug_line_str` are kept: a line table alone says for each instruction the
//! innermost file, line and column, inlined functions included. Everything a module says about itself may be a lie, so reading
//! takes time in proportion to what was kept and memory within a small multiple of it, whatever the bytes are: no offset is
//! followed but to a string, no row is stored, and a table of files of more than [`MAX_HEADER`] is not read.

use crate::compile::code::Code;
use crate::frame::{Location, SourceMap};
use gimli::{
    AttributeValue, DebugLine, DebugLineOffset, EndianSlice, IncompleteLineProgram, LineInstruction, LineRow, LittleEndian,
    Reader as _,
};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};
use wasmtime::wasmparser::{Parser, Payload};

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Bytes before a unit's instructions, its table of files foremost. A file takes some 20 of these, one at the least, and 120 when
/// it is read: some tens of MB for a moment, if the table is a hostile one.
const MAX_HEADER: u64 = 128 << 10;
/// Longest directory and longest file name.
const MAX_NAME: usize = 4096;
const ADDRESS_SIZE: u8 = 4;

/// The line tables of one module.
pub struct DebugInfo {
    line: Box<[u8]>,
    line_str: Box<[u8]>,
    /// Where the contents of the code section begin in the binary: what addresses in DWARF are relative to.
    code_start: u64,
    sequences: OnceLock<Vec<Sequence>>,
}

/// A run of instructions that one unit's table describes, most often a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sequence {
    /// Addresses, the end not included.
    start: u32,
    end: u32,
    /// The unit, by its offset in `.debug_line`.
    unit: u32,
}

impl DebugInfo {
    /// The line tables of a valid binary; `None` if it has none, or more than `max_bytes` of them.
    pub fn of(binary: &[u8], max_bytes: u64) -> Option<DebugInfo> {
        if max_bytes == 0 {
            return None;
        }
        let (mut line, mut line_str, mut code_start): (&[u8], &[u8], Option<u64>) = (&[], &[], None);
        for payload in Parser::new(0).parse_all(binary) {
            match payload.ok()? {
                Payload::CodeSectionStart { range, .. } => code_start = Some(range.start as u64),
                Payload::CustomSection(section) => match section.name() {
                    ".debug_line" if line.is_empty() => line = section.data(),
                    ".debug_line_str" if line_str.is_empty() => line_str = section.data(),
                    _ => {}
                },
                _ => {}
            }
        }
        let bytes = (line.len() + line_str.len()) as u64;
        if line.is_empty() || bytes > max_bytes {
            return None;
        }
        let copy = |section: &[u8]| {
            let mut copy = Vec::new();
            copy.try_reserve_exact(section.len()).ok()?;
            copy.extend_from_slice(section);
            Some(copy.into_boxed_slice())
        };
        Some(DebugInfo { line: copy(line)?, line_str: copy(line_str)?, code_start: code_start?, sequences: OnceLock::new() })
    }

    /// Bytes that it holds from the start.
    pub fn bytes(&self) -> u64 {
        (self.line.len() + self.line_str.len()) as u64
    }

    /// The offset of each unit, from their lengths.
    fn units(&self) -> impl Iterator<Item = u32> {
        let all = Slice::new(&self.line, LittleEndian);
        let mut rest = all;
        std::iter::from_fn(move || {
            let at = u32::try_from(rest.offset_from(all)).ok()?;
            let (length, _) = rest.read_initial_length().ok()?;
            rest.skip(length).ok()?;
            Some(at)
        })
    }

    /// The table of the unit at an offset of `.debug_line`.
    fn table(&self, unit: u32) -> Option<IncompleteLineProgram<Slice<'_>>> {
        let at = usize::try_from(unit).ok()?;
        let mut header = Slice::new(self.line.get(at..)?, LittleEndian);
        let (_, format) = header.read_initial_length().ok()?;
        if header.read_u16().ok()? >= 5 {
            header.skip(2).ok()?;
        }
        if header.read_length(format).ok()? as u64 > MAX_HEADER {
            return None;
        }
        DebugLine::new(&self.line, LittleEndian).program(DebugLineOffset(at), ADDRESS_SIZE, None, None).ok()
    }

    /// Built once: 12 bytes for a sequence, which takes 8 at the least in the section.
    fn sequences(&self) -> &[Sequence] {
        self.sequences.get_or_init(|| {
            let mut all = Vec::new();
            for unit in self.units() {
                let Some(mut table) = self.table(unit) else { continue };
                each_span(&mut table, |start, _, row| {
                    if let (true, Ok(start), Ok(end)) = (row.end_sequence(), u32::try_from(start), u32::try_from(row.address()))
                        && start < end
                        && all.try_reserve(1).is_ok()
                    {
                        all.push(Sequence { start, end, unit });
                    }
                    true
                });
            }
            all.shrink_to_fit();
            all.sort_unstable_by_key(|s: &Sequence| s.start);
            all
        })
    }

    /// Looks up addresses of one unit, each with the place of its answer, sorted. Ends when all are found.
    fn locate_in(&self, unit: u32, mut wanted: Vec<(u64, usize)>, found: &mut [Option<Location>]) -> Option<()> {
        let mut table = self.table(unit)?;
        let mut rows = Vec::new();
        each_span(&mut table, |_, from, to| {
            let first = wanted.partition_point(|(address, _)| *address < from.address());
            let end = wanted.partition_point(|(address, _)| *address < to.address());
            rows.extend(wanted.drain(first..end.max(first)).map(|(_, place)| (place, *from)));
            !wanted.is_empty()
        });
        for (place, row) in rows {
            *found.get_mut(place)? = Some(self.location(&table, &row));
        }
        Some(())
    }

    fn location(&self, table: &IncompleteLineProgram<Slice<'_>>, row: &LineRow) -> Location {
        let header = table.header();
        let file = row.file(header).and_then(|file| {
            let name = self.text(&file.path_name())?;
            // Directory 0 is where the compiler ran.
            let directory = (file.directory_index() != 0 && !name.starts_with('/')).then(|| file.directory(header)).flatten();
            Some(match directory.and_then(|d| self.text(&d)).filter(|d| !d.is_empty()) {
                Some(directory) => format!("{}/{name}", directory.trim_end_matches('/')),
                None => name,
            })
        });
        let number = |n: u64| u32::try_from(n).unwrap_or(0);
        let column = match row.column() {
            gimli::ColumnType::LeftEdge => 0,
            gimli::ColumnType::Column(c) => number(c.get()),
        };
        Location { file, line: row.line().map_or(0, |l| number(l.get())), column }
    }

    fn text(&self, value: &AttributeValue<Slice<'_>>) -> Option<String> {
        let bytes = match value {
            AttributeValue::String(s) => s.slice(),
            AttributeValue::DebugLineStrRef(offset) => {
                let rest = self.line_str.get(offset.0..)?;
                &rest[..rest.iter().take(MAX_NAME).position(|b| *b == 0)?]
            }
            _ => return None,
        };
        Some(String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_NAME)]).into_owned())
    }
}

/// Runs a table's instructions. `span` gets the address at which a sequence starts, a row of it, and the row that ends the first
/// one's range, until it says that it has seen enough. A table that is malformed ends early.
fn each_span(table: &mut IncompleteLineProgram<Slice<'_>>, mut span: impl FnMut(u64, &LineRow, &LineRow) -> bool) {
    let mut instructions = table.header().instructions();
    let mut row = LineRow::new(table.header());
    let mut sequence: Option<(u64, LineRow)> = None;
    // Whether the linker left out what follows: its address is then one that none can have, or there is none.
    let mut left_out = true;
    while let Ok(Some(instruction)) = instructions.next_instruction(table.header()) {
        let address = match &instruction {
            // A file in the middle of the instructions, which no compiler writes: each would take memory.
            LineInstruction::DefineFile(_) => continue,
            LineInstruction::SetAddress(address) => Some(*address),
            _ => None,
        };
        let Ok(is_row) = row.execute(instruction, table) else { return };
        if let Some(address) = address {
            left_out = row.address() != address;
        }
        if !is_row {
            continue;
        }
        if !left_out {
            let (start, before) = sequence.unwrap_or((row.address(), row));
            // The contents of the code section begin with a count, so that no function is at 0: what is said to be there was
            // left out by the linker too.
            if sequence.is_some() && start != 0 && !span(start, &before, &row) {
                return;
            }
            sequence = Some((start, row));
        }
        if row.end_sequence() {
            (sequence, left_out) = (None, true);
        }
        row.reset(table.header());
    }
}

impl SourceMap for DebugInfo {
    fn locate(&self, offsets: &[u64]) -> Vec<Option<Location>> {
        let sequences = self.sequences();
        let mut wanted: Vec<(u32, u64, usize)> = offsets
            .iter()
            .enumerate()
            .filter_map(|(place, offset)| {
                let address = offset.checked_sub(self.code_start)?;
                let next = sequences.partition_point(|s| u64::from(s.start) <= address);
                let sequence = sequences.get(next.checked_sub(1)?).filter(|s| address < u64::from(s.end))?;
                Some((sequence.unit, address, place))
            })
            .collect();
        wanted.sort_unstable();
        let mut found = vec![None; offsets.len()];
        for of_unit in wanted.chunk_by(|a, b| a.0 == b.0) {
            let addresses = of_unit.iter().map(|(_, address, place)| (*address, *place)).collect();
            self.locate_in(of_unit[0].0, addresses, &mut found);
        }
        found
    }
}

/// The line tables of a runtime's modules, found by the module that a frame names.
#[derive(Default)]
pub struct SourceMaps {
    /// By the address of the code, which no two modules share while they live.
    by_code: RwLock<HashMap<usize, Weak<DebugInfo>>>,
}

impl SourceMaps {
    /// Notes new code before anything of it runs.
    pub fn note(&self, code: &Code) {
        let mut by_code = self.by_code.write();
        // An error may outlive its module and keep the tables, while other code comes to be at the same address.
        by_code.remove(&address(&code.module));
        if let Some(info) = &code.debug_info {
            by_code.retain(|_, info| info.strong_count() > 0);
            by_code.insert(address(&code.module), Arc::downgrade(info));
        }
    }

    pub fn of(&self, module: &wasmtime::Module) -> Option<Arc<dyn SourceMap>> {
        let info = self.by_code.read().get(&address(module))?.upgrade()?;
        Some(info)
    }
}

fn address(module: &wasmtime::Module) -> usize {
    module.image_range().start.addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::code::Hash;
    use crate::compile::guard::Needs;

    const DWARF4: &[u8] = include_bytes!("../../examples-c/guests/frames.wasm");
    const DWARF5: &[u8] = include_bytes!("../../c-tests/guests/frames-dwarf5.wasm");
    const ALL: u64 = 16 << 20;

    fn custom_section(name: &str, data: &[u8]) -> Vec<u8> {
        let leb = |mut n: usize| {
            let mut out = Vec::new();
            while n >= 128 {
                out.push(n as u8 | 128);
                n >>= 7;
            }
            out.push(n as u8);
            out
        };
        let body = [leb(name.len()), name.as_bytes().to_vec(), data.to_vec()].concat();
        [vec![0], leb(body.len()), body].concat()
    }

    /// A module of one function with the given line table.
    fn module_with(line: &[u8]) -> Vec<u8> {
        let module = wat::parse_str("(module (func (nop)))").unwrap();
        [module, custom_section(".debug_line", line)].concat()
    }

    fn places(info: &DebugInfo) -> Vec<Option<Location>> {
        info.locate(&(0..3000).collect::<Vec<_>>())
    }

    #[test]
    fn both_forms_of_line_tables_are_read() {
        for binary in [DWARF4, DWARF5] {
            let info = DebugInfo::of(binary, ALL).unwrap();
            let mut lines: Vec<u32> = places(&info).iter().flatten().map(|l| l.line).collect();
            assert!(places(&info).iter().flatten().all(|l| l.file.as_deref() == Some("frames.cpp")));
            lines.sort_unstable();
            lines.dedup();
            assert!([6, 11, 19].iter().all(|l| lines.contains(l)) && lines.iter().all(|l| *l < 21), "{lines:?}");
        }
    }

    #[test]
    fn what_is_too_much_or_absent_is_not_kept() {
        let info = DebugInfo::of(DWARF4, ALL).unwrap();
        assert!(info.bytes() < 400);
        assert!(DebugInfo::of(DWARF4, info.bytes()).is_some());
        assert!(DebugInfo::of(DWARF4, info.bytes() - 1).is_none() && DebugInfo::of(DWARF4, 0).is_none());
        assert!(DebugInfo::of(&wat::parse_str("(module (func))").unwrap(), ALL).is_none());
        assert!(DebugInfo::of(&wat::parse_str("(module (@custom \".debug_line\" \"abc\"))").unwrap(), ALL).is_none());
    }

    #[test]
    fn damaged_tables_give_other_places_or_none() {
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = |n: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % n as u64) as usize
        };
        let mut found = 0;
        for binary in [DWARF4, DWARF5] {
            let info = DebugInfo::of(binary, ALL).unwrap();
            for i in 0..30_000 {
                let (mut line, mut line_str) = (info.line.clone(), info.line_str.clone());
                // The header, where most harm is done, more often than the rest.
                let reach = if i % 2 == 0 { line.len() } else { 60 };
                for _ in 0..=next(4) {
                    line[next(reach)] = [0, 1, 0x7f, 0x80, 0xff, next(256) as u8][next(6)];
                    if !line_str.is_empty() {
                        line_str[next(info.line_str.len())] = next(256) as u8;
                    }
                }
                let cut = if next(4) == 0 { next(line.len()) } else { line.len() };
                let line = line[..cut].into();
                let damaged = DebugInfo { line, line_str, code_start: info.code_start, sequences: OnceLock::new() };
                found += damaged.locate(&(50..400).step_by(3).collect::<Vec<_>>()).iter().flatten().count();
            }
        }
        assert!(found > 0);
    }

    /// The header of a table of version 4 with room for instructions; the length is set.
    fn table(instructions: &[u8]) -> Vec<u8> {
        let header = b"\x01\x01\x01\xfb\x0e\x0d\0\x01\x01\x01\x01\0\0\0\x01\0\0\x01\0a.c\0\0\0\0\0";
        let rest = [&4u16.to_le_bytes()[..], &(header.len() as u32).to_le_bytes(), header, instructions].concat();
        [&(rest.len() as u32).to_le_bytes()[..], &rest].concat()
    }

    const FROM_1: &[u8] = b"\0\x05\x02\x01\0\0\0";
    const END: &[u8] = b"\0\x01\x01";

    #[test]
    fn hostile_tables_take_time_and_memory_by_their_size() {
        const SIZE: usize = 16 << 20;
        let rows = table(&[FROM_1, &[0x4b].repeat(SIZE), END].concat());
        let sequences = table(&[FROM_1, b"\x4b", END].concat().repeat(SIZE / 11));
        let defined = table(&[FROM_1, &b"\0\x06\x03b\0\0\0\0"[..].repeat(SIZE / 8), b"\x4b", END].concat());
        let units = table(b"").repeat(SIZE / 40);
        let nested = b"\x05\0\0\0\x05\0\x04\0\xff".repeat(SIZE / 9);
        let header = [
            &(SIZE as u32).to_le_bytes()[..],
            &4u16.to_le_bytes(),
            &(SIZE as u32 - 6).to_le_bytes(),
            &[0x61; 8],
            &b"a\0\0\0\0"[..].repeat(SIZE / 5),
        ]
        .concat();
        for line in [rows, sequences, defined, units, nested, header] {
            let binary = module_with(&line);
            let info = DebugInfo::of(&binary, 32 << 20).unwrap();
            let before = std::time::Instant::now();
            for _ in 0..3 {
                info.locate(&(0..100).collect::<Vec<_>>());
            }
            assert!(before.elapsed().as_secs() < 20, "{:?}", before.elapsed());
            assert!(size_of_val(info.sequences()) <= 2 * line.len());
        }
    }

    #[test]
    fn what_the_linker_left_out_is_nowhere() {
        let at = |address: [u8; 4]| [&b"\0\x05\x02"[..], &address].concat();
        let left_out =
            [at([0; 4]), b"\x12\x4b\x4b\x4b\x4b".to_vec(), END.to_vec(), at([0xff; 4]), vec![0x4b; 9], END.to_vec()].concat();
        let info = DebugInfo::of(&module_with(&table(&left_out)), ALL).unwrap();
        assert!(places(&info).iter().all(Option::is_none));
        let real = [left_out, at([1, 0, 0, 0]), b"\x03\x06\x4b\x4b".to_vec(), END.to_vec()].concat();
        let info = DebugInfo::of(&module_with(&table(&real)), ALL).unwrap();
        let place = info.locate(&[info.code_start + 5]).remove(0).unwrap();
        assert_eq!(place.file.as_deref(), Some("a.c"));
    }

    #[test]
    fn a_frame_finds_the_tables_of_its_module() {
        let engine = wasmtime::Engine::default();
        let code = |binary: &[u8], info| {
            Code::compile(&engine, Hash::of(binary), binary, Needs::default(), binary.len()).unwrap().with_debug_info(info)
        };
        let maps = SourceMaps::default();
        let (with, without) = (code(DWARF4, DebugInfo::of(DWARF4, ALL)), code(DWARF5, None));
        maps.note(&with);
        maps.note(&without);
        assert_eq!(with.code_bytes - code(DWARF4, None).code_bytes, DebugInfo::of(DWARF4, ALL).unwrap().bytes());
        assert!(maps.of(&with.module).is_some() && maps.of(&without.module).is_none());
        let module = with.module.clone();
        drop(with);
        assert!(maps.of(&module).is_none());
    }
}
