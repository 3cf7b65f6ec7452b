// Draws one dashboard with Grafana's own components: `window.shown` holds its JSON, and each panel's rows.
// It does in a few lines what Grafana's core does with a panel's field configuration; it is a look, no test.
// Grafana's font: axes are measured by it, and labels cut where another one is drawn.
import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';
import React from 'react';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router-dom';
import {
  createTheme, dateTime, FieldType, getDisplayProcessor, ThemeContext, toDataFrame, getFieldDisplayName,
} from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { BarGauge, BigValue, GlobalStyles, PanelChrome, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';

const { dashboard, answers, from, to } = window.shown;
const theme = createTheme({ colors: { mode: 'dark' } });
const CELL = { width: 1600 / 24, height: 30, gap: 8 };
const range = { from: dateTime(from), to: dateTime(to), raw: { from: dateTime(from), to: dateTime(to) } };

// A chart's long rows (time, label, figure) become one column a label, as the data source's backend makes them.
function widened(rows, names, types) {
  const label = types.findIndex((type, at) => at > 0 && type === 'string');
  if (label < 0) return names.map((name, at) => ({ name, type: types[at], values: rows.map((row) => row[at]) }));
  const times = [...new Set(rows.map((row) => row[0]))];
  const figure = names.length - 1;
  const labels = [...new Set(rows.map((row) => row[label]))].sort();
  const column = (text) => {
    const values = new Map(rows.filter((row) => row[label] === text).map((row) => [row[0], row[figure]]));
    return {
      name: names[figure], labels: { [names[label]]: text }, type: 'number',
      values: times.map((time) => values.get(time) ?? null),
    };
  };
  return [{ name: names[0], type: 'time', values: times }, ...labels.map(column)];
}

function framed(panel) {
  const { names, types, rows } = answers[panel.id];
  const series = panel.type === 'timeseries';
  const columns = series ? widened(rows, names, types)
    : names.map((name, at) => ({ name, type: types[at], values: rows.map((row) => row[at]) }));
  const frame = toDataFrame({ fields: columns });
  const { defaults, overrides } = panel.fieldConfig;
  for (const [index, field] of frame.fields.entries()) {
    const config = structuredClone(defaults);
    config.custom ??= {};
    if (config.displayName) {
      config.displayName = config.displayName.replace(/\$\{__field\.labels\.(\w+)\}/, (_, key) => field.labels?.[key]);
    }
    for (const { matcher, properties } of overrides) {
      if (matcher.id === 'byName' && ![field.name, config.displayName].includes(matcher.options)) continue;
      for (const { id, value } of properties) {
        if (id.startsWith('custom.')) config.custom[id.slice(7)] = value;
        else config[id] = value;
      }
    }
    field.config = field.type === FieldType.time ? { custom: config.custom, unit: panel.type === 'table' ? config.unit : undefined }
      : { ...config, min: config.min, max: config.max };
    field.state = { seriesIndex: index - 1 };
    field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
    field.state.displayName = getFieldDisplayName(field, frame);
  }
  return frame;
}

function Empty({ text }) {
  return <div style={{ height: '100%', display: 'grid', placeItems: 'center', color: theme.colors.text.secondary }}>{text}</div>;
}

function Content({ panel, width, height }) {
  const frame = framed(panel);
  const { options, fieldConfig } = panel;
  const missing = fieldConfig.defaults.noValue;
  if (panel.type === 'stat') {
    const field = frame.fields[0];
    const value = field.values[0] ?? null;
    return <BigValue theme={theme} width={width} height={height} value={value === null ? { text: missing, numeric: NaN } : field.display(value)}
      colorMode={value === null ? 'none' : options.colorMode} graphMode="none" justifyMode={options.justifyMode} textMode="value" />;
  }
  if (frame.length === 0) return <Empty text={missing} />;
  if (panel.type === 'table') return <TableNG data={frame} width={width} height={height} cellHeight={options.cellHeight} timeRange={range} />;
  if (panel.type === 'timeseries') {
    return <TimeSeries frames={[frame]} width={width} height={height} timeRange={range} timeZone="utc" legend={options.legend} options={options} />;
  }
  const [names, figures] = frame.fields;
  figures.config.max ??= Math.max(...figures.values.filter(Number.isFinite), 1);
  figures.display = getDisplayProcessor({ field: figures, theme });
  const values = names.values.map((title, at) => ({ display: { ...figures.display(figures.values[at]), title }, field: figures.config }));
  return <VizRepeater source={frame} width={width} height={height} orientation={options.orientation} renderCounter={1} itemSpacing={8}
    minVizWidth={options.minVizWidth} minVizHeight={options.minVizHeight} maxVizHeight={options.maxVizHeight} getValues={() => values}
    getAlignmentFactors={(all) => ({ title: all.map((one) => one.display.title).sort((a, b) => b.length - a.length)[0], text: '100000' })}
    renderValue={({ value, width, height, alignmentFactors, orientation }) => <BarGauge value={value.display} field={value.field} width={width} height={height} theme={theme}
      orientation={orientation} displayMode={options.displayMode} text={options.text} valueDisplayMode={options.valueMode} showUnfilled={options.showUnfilled}
      alignmentFactors={alignmentFactors} itemSpacing={8} display={figures.display} />} />;
}

function Placed({ panel }) {
  const { x, y, w, h } = panel.gridPos;
  const place = {
    position: 'absolute', left: x * CELL.width, top: y * (CELL.height + CELL.gap), width: w * CELL.width - CELL.gap,
    height: h * (CELL.height + CELL.gap) - CELL.gap,
  };
  if (panel.type === 'row') return <div style={{ ...place, fontWeight: 500, paddingTop: 8 }}>⌄ {panel.title}</div>;
  return <div style={place}><PanelChrome title={panel.title} description={panel.description} width={place.width} height={place.height}>
    {(width, height) => <Content panel={panel} width={width} height={height} />}
  </PanelChrome></div>;
}

function Page() {
  const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  return <div id="whole" style={{ width: 1616, padding: 8, background: theme.colors.background.canvas }}>
    <h3 style={{ margin: '4px 0 10px' }}>{dashboard.title}</h3>
    <div style={{ position: 'relative', height: bottom * (CELL.height + CELL.gap) }}>
      {dashboard.panels.map((panel) => <Placed key={panel.id} panel={panel} />)}
    </div>
  </div>;
}

await initPluginTranslations('grafana');
createRoot(document.getElementById('root')).render(
  <MemoryRouter><ThemeContext.Provider value={theme}><GlobalStyles /><Page /></ThemeContext.Provider></MemoryRouter>,
);
