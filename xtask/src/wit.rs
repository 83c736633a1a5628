//! `docs/wit.md`: the reference of the interfaces, made of the comments in `wit/`, which alone are written by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use net_scout_tests::places;
use wit_parser::{
    Docs, Function, FunctionKind, Handle, Interface, InterfaceId, PackageId, Resolve, Type, TypeDef, TypeDefKind, TypeId,
    TypeOwner, UnresolvedPackageGroup, World, WorldItem,
};

/// What stands below the title.
const PREAMBLE: &str = "\
Every plugin is a component of one of these worlds. This page is made of the comments in `wit/` by `cargo xtask wit`; change them
there. [capabilities.md](capabilities.md) says what a plugin is given of it, [limits.md](limits.md) how much.
";

/// Writes the reference.
pub(crate) fn write() -> anyhow::Result<()> {
    let path = path();
    std::fs::write(&path, text()?).with_context(|| format!("{} cannot be written", path.display()))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

/// Where the reference is.
fn path() -> PathBuf {
    places::root().join("docs").join("wit.md")
}

/// The reference as the interfaces are now.
fn text() -> anyhow::Result<String> {
    let folder = places::root().join("wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    Page { resolve, imports: imports(&folder)?, text: String::new() }.of(package)
}

/// The interfaces that each world names as its imports. What is imported only because another interface uses types of it is not among
/// them; once the package is resolved, nothing tells the two apart.
fn imports(folder: &Path) -> anyhow::Result<BTreeMap<String, BTreeSet<String>>> {
    let package = UnresolvedPackageGroup::parse_dir(folder)?.main;
    let named = |item: &WorldItem| match item {
        WorldItem::Interface { id, .. } => package.interfaces[*id].name.clone(),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    };
    let worlds = package.worlds.iter();
    Ok(worlds.map(|(_, world)| (world.name.clone(), world.imports.values().filter_map(named).collect())).collect())
}

/// The page as far as it is written.
struct Page {
    resolve: Resolve,
    imports: BTreeMap<String, BTreeSet<String>>,
    text: String,
}

impl Page {
    fn of(mut self, package: PackageId) -> anyhow::Result<String> {
        let resolve = self.resolve.clone();
        let package = &resolve.packages[package];
        self.block(&format!("# The interfaces: {}", package.name));
        self.block(PREAMBLE);
        let interfaces: BTreeMap<&String, InterfaceId> = package.interfaces.iter().map(|(name, &id)| (name, id)).collect();
        self.contents(&interfaces)?;
        for &id in package.worlds.values() {
            self.world(&resolve.worlds[id])?;
        }
        for id in interfaces.into_values() {
            self.interface(id, &resolve.interfaces[id])?;
        }
        Ok(self.text.trim_end().to_owned() + "\n")
    }

    /// Adds a block of Markdown and the empty line behind it.
    fn block(&mut self, text: &str) {
        self.text += text.trim_end();
        self.text += "\n\n";
    }

    fn docs(&mut self, docs: &Docs, what: &str) -> anyhow::Result<()> {
        let text = documented(docs, what)?.to_owned();
        self.block(&text);
        Ok(())
    }

    /// The interfaces, with the worlds that may import them.
    fn contents(&mut self, interfaces: &BTreeMap<&String, InterfaceId>) -> anyhow::Result<()> {
        let mut table = "| interface | imported by | |\n| --- | --- | --- |\n".to_owned();
        for (&name, &id) in interfaces {
            let worlds = self.imports.iter().filter(|(_, imports)| imports.contains(name));
            let worlds: Vec<String> = worlds.map(|(world, _)| format!("[`{world}`](#world-{world})")).collect();
            let worlds = if worlds.is_empty() { "types only".to_owned() } else { worlds.join(", ") };
            let docs = documented(&self.resolve.interfaces[id].docs, name)?;
            writeln!(table, "| {} | {worlds} | {} |", link(name), docs.lines().next().unwrap_or_default())?;
        }
        self.block(&table);
        Ok(())
    }

    fn world(&mut self, world: &World) -> anyhow::Result<()> {
        let name = &world.name;
        self.block(&format!("## World `{name}`"));
        self.docs(&world.docs, name)?;
        let imports: Vec<String> = self.imports.get(name).into_iter().flatten().map(|interface| link(interface)).collect();
        self.block(&format!("It may import {}.", imports.join(", ")));
        let resolve = self.resolve.clone();
        self.block("It exports:");
        for item in world.exports.values() {
            let WorldItem::Function(function) = item else { bail!("world {name} exports something that is no function") };
            self.function("###", &resolve, function)?;
        }
        Ok(())
    }

    fn interface(&mut self, id: InterfaceId, interface: &Interface) -> anyhow::Result<()> {
        let name = interface.name.as_deref().context("an interface without a name")?;
        self.block(&format!("## Interface `{name}`"));
        self.docs(&interface.docs, name)?;
        let resolve = self.resolve.clone();
        let uses: Vec<String> = interface
            .types
            .iter()
            .filter_map(|(name, &id)| Some((name, resolve.type_interface_dep(id)?)))
            .filter_map(|(name, from)| Some(format!("`{name}` of {}", link(resolve.interfaces[from].name.as_deref()?))))
            .collect();
        if !uses.is_empty() {
            self.block(&format!("It uses {}.", uses.join(", ")));
        }
        for function in interface.functions.values().filter(|function| function.kind.resource().is_none()) {
            self.function("###", &resolve, function)?;
        }
        for (name, &type_id) in &interface.types {
            let definition = &resolve.types[type_id];
            if resolve.type_interface_dep(type_id).is_none() && definition.owner == TypeOwner::Interface(id) {
                self.definition(name, definition)?;
                for function in interface.functions.values().filter(|function| function.kind.resource() == Some(type_id)) {
                    self.function("####", &resolve, function)?;
                }
            }
        }
        Ok(())
    }

    fn function(&mut self, level: &str, resolve: &Resolve, function: &Function) -> anyhow::Result<()> {
        let name = function.item_name();
        self.block(&format!("{level} `{name}`"));
        self.block(&format!("```wit\n{}\n```", signature(resolve, function)?));
        self.docs(&function.docs, name)
    }

    fn definition(&mut self, name: &str, definition: &TypeDef) -> anyhow::Result<()> {
        let resolve = self.resolve.clone();
        let typed = |kind: &Type| shown(&resolve, kind);
        let kind = match &definition.kind {
            TypeDefKind::Type(aliased) => format!("type, {}", code(&typed(aliased)?)),
            other => other.as_str().to_owned(),
        };
        self.block(&format!("### `{name}` ({kind})"));
        self.docs(&definition.docs, name)?;
        let mut rows = Vec::new();
        let mut row = |case: &str, kind: Option<&Type>, docs: &Docs| -> anyhow::Result<()> {
            let meaning = documented(docs, case)?.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
            let kind = kind.map(|kind| anyhow::Ok(code(&typed(kind)?))).transpose()?.unwrap_or_default();
            rows.push((code(case), kind, meaning));
            Ok(())
        };
        let (first, second) = match &definition.kind {
            TypeDefKind::Record(record) => {
                record.fields.iter().try_for_each(|field| row(&field.name, Some(&field.ty), &field.docs))?;
                ("field", Some("type"))
            }
            TypeDefKind::Variant(variant) => {
                variant.cases.iter().try_for_each(|case| row(&case.name, case.ty.as_ref(), &case.docs))?;
                ("case", Some("of"))
            }
            TypeDefKind::Enum(list) => {
                list.cases.iter().try_for_each(|case| row(&case.name, None, &case.docs))?;
                ("case", None)
            }
            TypeDefKind::Flags(flags) => {
                flags.flags.iter().try_for_each(|flag| row(&flag.name, None, &flag.docs))?;
                ("flag", None)
            }
            _ => return Ok(()),
        };
        let mut table = match second {
            Some(second) => format!("| {first} | {second} | meaning |\n| --- | --- | --- |\n"),
            None => format!("| {first} | meaning |\n| --- | --- |\n"),
        };
        for (name, kind, meaning) in rows {
            match second {
                Some(_) => writeln!(table, "| {name} | {kind} | {meaning} |")?,
                None => writeln!(table, "| {name} | {meaning} |")?,
            }
        }
        self.block(&table);
        Ok(())
    }
}

/// A link to the section of an interface.
fn link(name: &str) -> String {
    format!("[`{name}`](#interface-{name})")
}

/// The text of a comment. Every item has one.
fn documented<'a>(docs: &'a Docs, what: &str) -> anyhow::Result<&'a str> {
    docs.contents
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .with_context(|| format!("`{what}` has no comment in wit/"))
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A function as WIT writes it, but for the `%` before a name that is also a word of WIT.
fn signature(resolve: &Resolve, function: &Function) -> anyhow::Result<String> {
    // What a method is called on stands nowhere in its text.
    let own = usize::from(matches!(function.kind, FunctionKind::Method(_) | FunctionKind::AsyncMethod(_)));
    let parameters = function.params.iter().skip(own);
    let parameters: Vec<String> = parameters
        .map(|parameter| anyhow::Ok(format!("{}: {}", parameter.name, shown(resolve, &parameter.ty)?)))
        .collect::<Result<_, _>>()?;
    let result = function.result.as_ref().map(|result| anyhow::Ok(format!(" -> {}", shown(resolve, result)?))).transpose()?;
    let word = if function.kind.is_async() { "async func" } else { "func" };
    Ok(format!("{}: {word}({}){}", function.item_name(), parameters.join(", "), result.unwrap_or_default()))
}

/// A type as WIT writes it.
fn shown(resolve: &Resolve, kind: &Type) -> anyhow::Result<String> {
    Ok(match kind {
        Type::Bool => "bool".to_owned(),
        Type::U8 => "u8".to_owned(),
        Type::U16 => "u16".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::S8 => "s8".to_owned(),
        Type::S16 => "s16".to_owned(),
        Type::S32 => "s32".to_owned(),
        Type::S64 => "s64".to_owned(),
        Type::F32 => "f32".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::Char => "char".to_owned(),
        Type::String => "string".to_owned(),
        Type::ErrorContext => "error-context".to_owned(),
        Type::Id(id) => defined(resolve, *id)?,
    })
}

/// A type by its name, or the form of one that has none.
fn defined(resolve: &Resolve, id: TypeId) -> anyhow::Result<String> {
    let definition = &resolve.types[id];
    if let Some(name) = &definition.name {
        return Ok(name.clone());
    }
    let part = |part: &Option<Type>| part.as_ref().map_or_else(|| Ok("_".to_owned()), |part| shown(resolve, part));
    Ok(match &definition.kind {
        TypeDefKind::Option(inner) => format!("option<{}>", shown(resolve, inner)?),
        TypeDefKind::List(inner) => format!("list<{}>", shown(resolve, inner)?),
        TypeDefKind::Result(result) => match (&result.ok, &result.err) {
            (None, None) => "result".to_owned(),
            (ok, None) => format!("result<{}>", part(ok)?),
            (ok, err) => format!("result<{}, {}>", part(ok)?, part(err)?),
        },
        TypeDefKind::Tuple(tuple) => {
            let types: Vec<String> = tuple.types.iter().map(|kind| shown(resolve, kind)).collect::<Result<_, _>>()?;
            format!("tuple<{}>", types.join(", "))
        }
        TypeDefKind::Handle(Handle::Own(resource)) => defined(resolve, *resource)?,
        TypeDefKind::Handle(Handle::Borrow(resource)) => format!("borrow<{}>", defined(resolve, *resource)?),
        other => bail!("the reference knows no {} without a name", other.as_str()),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_is_what_the_interfaces_say() {
        let written = std::fs::read_to_string(super::path()).expect("docs/wit.md");
        let now = super::text().expect("the reference");
        assert!(written == now, "docs/wit.md is not what wit/ says; run `cargo xtask wit`");
    }
}
