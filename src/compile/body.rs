//! The functions' bodies before the compiler sees them: one look at each operator.
//!
//! Some shapes take the compiler time or memory that grows with the square of their size, or faster. What is counted here stands for
//! what its passes do: they look up values along the path from a function's beginning to the block at hand (operators times blocks),
//! keep a place for each local in each block and each value that lives through it (blocks times locals and operands), move every
//! operand of a wide call or block by itself, and visit what is in a loop once more for each loop around it. The limits were found by
//! generated modules and lie well above what programs have; "found" below is the most that was found in programs in C, C++,
//! Rust and Go, a compiler of 69 MB among them.

use crate::compile::caps::{self, Budget, Cap};
use crate::compile::guard::malformed;
use crate::config::Config;
use crate::error::Result;
use std::fmt;
use wasmtime::wasmparser::{
    FuncToValidate, FuncValidator, FuncValidatorAllocations, FunctionBody, Operator, OperatorsReader, ValidatorResources,
};

const BODY: Cap = Cap::new(c"max_function_bytes", "bytes");
const LOCALS: Cap = Cap::new(c"max_locals", "locals");
const NESTING: Cap = Cap::new(c"max_nesting_depth", "blocks within blocks");

/// Operands that lie on the stack at once. A million took 18 seconds; found: 51.
const MAX_OPERAND_DEPTH: u64 = 10_000;
/// Loops, counted once for themselves and once for each loop around them, of the module. 2500 in one another took 35 seconds in a
/// function of 17 KB.
const LOOPS: Budget = Budget { name: c"max_loops", unit: "loops, those around each counted again,", floor: 5000, by_64_bytes: 1 };
/// Loops of a function times its locals. Found: 92 000.
const MAX_LOOPS_BY_LOCALS: u64 = 250_000;
/// Blocks times operators, summed over the functions: a nanosecond or two each. Found: 573 million in one function, 730 for each
/// byte of a small module.
const BLOCK_OPERATORS: Budget =
    Budget { name: c"max_block_operators", unit: "blocks times operators", floor: 1_500_000_000, by_64_bytes: 64_000 };
/// Blocks times locals and operands, in one function: some 30 bytes of memory each. Found: 4.7 million.
const MAX_BLOCK_VALUES: u64 = 16_000_000;
/// The same summed over the functions: some 60 nanoseconds each. Found: 1.7 for each byte.
const BLOCK_VALUES: Budget =
    Budget { name: c"max_block_values", unit: "blocks times locals and operands", floor: 32_000_000, by_64_bytes: 512 };
/// Operands that operators take and give beyond the first [`NARROW`], in one function: up to 6 KB of memory each.
const MAX_WIDE_OPERANDS: u64 = 200_000;
/// The same summed over the functions: some 10 microseconds each. Found: 0.0006 for each byte.
const WIDE_OPERANDS: Budget =
    Budget { name: c"max_wide_operands", unit: "operands of wide calls and blocks", floor: 200_000, by_64_bytes: 6 };
/// Operators in bulk on memories and tables, and those that let them grow, of the module: with the check of what they cost in fuel
/// some 150 microseconds and 20 KB of memory each, for as little as two bytes. Half a million of `memory.grow` in a function of 1 MB
/// took minutes and more than 10 GB.
const BULK: Budget = Budget {
    name: c"max_bulk_operators",
    unit: "operators in bulk, those on tables counted more often,",
    floor: 20_000,
    by_64_bytes: 2,
};
/// Operands that nearly every operator is content with.
const NARROW: u64 = 8;
/// A function's parameters and results cost less than those of a call, by this much.
const SIGNATURE_SHARE: u64 = 16;

/// Looks at bodies one after the other, and keeps the sums.
pub struct Bodies<'c> {
    config: &'c Config,
    module_bytes: u64,
    allocations: FuncValidatorAllocations,
    sums: Counts,
}

/// What is counted of one body, or summed over all.
#[derive(Default)]
struct Counts {
    operators: u64,
    blocks: u64,
    loops: u64,
    /// Those around a loop counted again.
    nested_loops: u64,
    wide_operands: u64,
    bulk: u64,
    operand_depth: u64,
    nesting: u64,
    block_operators: u64,
    block_values: u64,
}

impl<'c> Bodies<'c> {
    pub fn new(config: &'c Config, module_bytes: usize) -> Bodies<'c> {
        let (allocations, sums) = (FuncValidatorAllocations::default(), Counts::default());
        Bodies { config, module_bytes: module_bytes as u64, allocations, sums }
    }

    /// What can be said of a body before it is validated.
    pub fn check_size(&self, body: &FunctionBody<'_>) -> Result<()> {
        BODY.check_of(Function(body), body.range().len() as u64, self.config.max_function_bytes)?;
        let mut locals: u64 = 0;
        for local in body.get_locals_reader().map_err(malformed)? {
            locals += u64::from(local.map_err(malformed)?.0);
            LOCALS.check_of(Function(body), locals, self.config.max_locals)?;
        }
        Ok(())
    }

    /// Validates a body and counts what is in it.
    pub fn check(&mut self, to_validate: FuncToValidate<ValidatorResources>, body: &FunctionBody<'_>) -> Result<()> {
        let mut validator = to_validate.into_validator(std::mem::take(&mut self.allocations));
        let parameters = u64::from(validator.len_locals());
        self.sums.wide_operands += parameters.saturating_sub(NARROW) / SIGNATURE_SHARE;
        let mut counts = self.walk(&mut validator, body)?;
        let locals = u64::from(validator.len_locals());
        self.allocations = validator.into_allocations();

        NESTING.check_of(Function(body), counts.nesting, self.config.max_nesting_depth)?;
        let fixed = |name, unit, has, limit| caps::fixed(name, unit, Function(body), has, limit);
        fixed(c"max_operand_depth", "operands on the stack", counts.operand_depth, MAX_OPERAND_DEPTH)?;
        fixed(c"max_loops_by_locals", "loops times locals", counts.loops.saturating_mul(locals), MAX_LOOPS_BY_LOCALS)?;
        counts.block_operators = counts.blocks.saturating_mul(counts.operators);
        counts.block_values = counts.blocks.saturating_mul(locals + counts.operand_depth);
        fixed(BLOCK_VALUES.name, BLOCK_VALUES.unit, counts.block_values, MAX_BLOCK_VALUES)?;

        let sums = &mut self.sums;
        sums.nested_loops += counts.nested_loops;
        sums.wide_operands += counts.wide_operands;
        sums.bulk += counts.bulk;
        sums.block_operators = sums.block_operators.saturating_add(counts.block_operators);
        sums.block_values = sums.block_values.saturating_add(counts.block_values);
        BULK.check(sums.bulk, self.module_bytes)?;
        LOOPS.check(sums.nested_loops, self.module_bytes)?;
        BLOCK_OPERATORS.check(sums.block_operators, self.module_bytes)?;
        BLOCK_VALUES.check(sums.block_values, self.module_bytes)?;
        WIDE_OPERANDS.check(sums.wide_operands, self.module_bytes)
    }

    fn walk(&self, validator: &mut FuncValidator<ValidatorResources>, body: &FunctionBody<'_>) -> Result<Counts> {
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader).map_err(malformed)?;
        let mut operators = OperatorsReader::new(reader);
        let mut counts = Counts { blocks: 1, ..Counts::default() };
        // The loops that are open, by the height of the control stack in them.
        let mut open: Vec<u64> = Vec::new();
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset().map_err(malformed)?;
            let height = u64::from(validator.control_stack_height());
            while open.last().is_some_and(|inner| *inner > height) {
                open.pop();
            }
            let (mut blocks, mut edges, mut times) = (0, 0, 1);
            match &operator {
                Operator::Block { .. } | Operator::BrIf { .. } => blocks = 1,
                Operator::If { .. } => blocks = 3,
                Operator::Loop { .. } => {
                    blocks = 4;
                    counts.loops += 1;
                    open.push(height + 1);
                    counts.nested_loops += open.len() as u64;
                }
                Operator::BrTable { targets } => {
                    // Targets that are the same are one edge, and there are no more than blocks around.
                    edges = u64::from(targets.len()).min(height);
                    blocks = 1;
                    times = u64::from(targets.len()).saturating_mul(4);
                }
                // The engine makes entries of tables when they are first looked at, and counts references.
                Operator::CallIndirect { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::TableGet { .. }
                | Operator::TableSet { .. } => blocks = 5,
                Operator::MemoryGrow { .. }
                | Operator::MemoryFill { .. }
                | Operator::MemoryCopy { .. }
                | Operator::MemoryInit { .. } => counts.bulk += 1,
                Operator::TableFill { .. } => counts.bulk += 2,
                Operator::TableGrow { .. } => counts.bulk += 3,
                Operator::TableCopy { .. } | Operator::TableInit { .. } => counts.bulk += 4,
                _ => {}
            }
            counts.operators += 1 + edges;
            counts.blocks += blocks + edges;
            // Before it is validated, which looks at each of them too.
            if let Some((takes, gives)) = operator.operator_arity(&validator.visitor(offset)) {
                let wide = (u64::from(takes) + u64::from(gives)).saturating_sub(NARROW);
                if wide > 0 {
                    counts.wide_operands = counts.wide_operands.saturating_add(wide.saturating_mul(times));
                    let (name, unit) = (WIDE_OPERANDS.name, WIDE_OPERANDS.unit);
                    caps::fixed(name, unit, Function(body), counts.wide_operands, MAX_WIDE_OPERANDS)?;
                }
            }
            validator.op(offset, &operator).map_err(malformed)?;
            counts.operand_depth = counts.operand_depth.max(validator.operand_stack_height().into());
            // The function itself is one of them.
            counts.nesting = counts.nesting.max(u64::from(validator.control_stack_height()).saturating_sub(1));
        }
        operators.finish().map_err(malformed)?;
        Ok(counts)
    }
}

/// A function in a message.
struct Function<'a, 'b>(&'a FunctionBody<'b>);

impl fmt::Display for Function<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function at offset {:#x}", self.0.range().start)
    }
}
