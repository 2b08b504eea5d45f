import type { Scope } from "../expression/contract.ts";
import { applyFilter } from "../expression/evaluate.ts";
import type { Play, VarsPrompt } from "../play/model.ts";
import type { RunContext } from "../task/context.ts";
import { textOf, valueOf } from "../task/scope.ts";

/** Asks for the play's vars_prompt; extra vars answer in advance, and without a terminal the defaults count. */
export async function askPrompts(play: Play, run: RunContext, scope: Scope): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const prompt of play.varsPrompt) {
    if (Object.hasOwn(run.facts.extraVars, prompt.name)) continue;
    answers[prompt.name] = await ask(prompt, run, scope);
  }
  return answers;
}

async function ask(prompt: VarsPrompt, run: RunContext, scope: Scope): Promise<unknown> {
  const fallback = valueOf(prompt.default, scope);
  const text = textOf(prompt.prompt, scope) ?? prompt.name;
  const shown = fallback === undefined || fallback === null ? `${text}: ` : `${text} [${prompt.private ? "***" : String(fallback)}]: `;
  for (;;) {
    const answer = await run.settings.prompt?.(shown, { echo: !prompt.private });
    if (answer === undefined) {
      run.emit({ type: "warning", message: `not asked for "${prompt.name}": there is no terminal`, hint: `give it with -e ${prompt.name}=...` });
      return fallback ?? "";
    }
    if (prompt.confirm && (await run.settings.prompt?.(`confirm ${shown}`, { echo: !prompt.private })) !== answer) continue;
    const value = answer === "" && fallback !== undefined && fallback !== null ? String(fallback) : answer;
    if (prompt.private) run.secrets.add(value);
    return prompt.encrypt === undefined
      ? value
      : applyFilter("password_hash", value, [prompt.encrypt, ...(prompt.salt === undefined ? [] : [prompt.salt])], scope);
  }
}
