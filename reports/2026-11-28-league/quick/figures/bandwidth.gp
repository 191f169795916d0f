set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
GB/s
8K
16K
32K
0
10
20
30
40
decode-full
ggml/decode
jax/dpa-decode
onnxruntime/gqa-decode
openvino/decode
torch/decode-grouped
torch/decode-gqa
torch-avx512/decode-grouped
memory: 43.2 GB/s
cached tokens n
decode-full reads 256 MiB per token from memory at
83 % of the measured bandwidth
Queries, outputs, and the keys and values that the token sees, once each, over the time of a step; causal, float32,
d = 128, 32 query heads, 8 KV heads, one core. Medians with 95 % intervals. Grey: read bandwidth of memory in the
same run; above it, the previous step left the data in a cache.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'bandwidth' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'bandwidth.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[20].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[21].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[22] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[23] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[24] at screen 0.0194, screen 0.7950 left font ',11.5' tc rgb '#595959'
set label $texts[19] at screen 0.3817, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set xrange [7447:32784.38]
set yrange [0:46.68749]
set xtics ($texts[2] 8192, $texts[3] 16384, $texts[4] 32768)
set ytics ($texts[5] 0, $texts[6] 10, $texts[7] 20, $texts[8] 30, $texts[9] 40)
set lmargin at screen 0.0561
set rmargin at screen 0.7073
set bmargin at screen 0.1167
set tmargin at screen 0.7158
set label $texts[1] at screen 0.0194, screen 0.7513 left font ',11.5' tc rgb '#595959'
set label $texts[10] at screen 0.7434, screen 0.5788 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.7156, screen 0.5788 to screen 0.7378, screen 0.5788 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[11] at screen 0.7434, screen 0.1875 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.7156, screen 0.1554 to screen 0.7378, screen 0.1875 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[12] at screen 0.7434, screen 0.1562 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.7156, screen 0.1389 to screen 0.7378, screen 0.1562 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[13] at screen 0.7434, screen 0.2500 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.7156, screen 0.2238 to screen 0.7378, screen 0.2500 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[14] at screen 0.7434, screen 0.1250 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.7156, screen 0.1285 to screen 0.7378, screen 0.1250 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[15] at screen 0.7434, screen 0.2812 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.7156, screen 0.2578 to screen 0.7378, screen 0.2812 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[16] at screen 0.7434, screen 0.2188 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.7156, screen 0.1590 to screen 0.7378, screen 0.2188 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[17] at screen 0.7434, screen 0.3270 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.7156, screen 0.3270 to screen 0.7378, screen 0.3270 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[18] at screen 0.7434, screen 0.6715 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.7156, screen 0.6715 to screen 0.7378, screen 0.6715 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
plot 'bandwidth.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'bandwidth.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'bandwidth.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'bandwidth.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'bandwidth.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'bandwidth.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#E69F00', \
  'bandwidth.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#56B4E9', \
  'bandwidth.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#000000', \
  'bandwidth.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#0072B2', \
  'bandwidth.csv' skip 1 using ($1 == 9 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'bandwidth.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'bandwidth.csv' skip 1 using ($1 == 10 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'bandwidth.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'bandwidth.csv' skip 1 using ($1 == 11 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'bandwidth.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'bandwidth.csv' skip 1 using ($1 == 12 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'bandwidth.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'bandwidth.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#E69F00', \
  'bandwidth.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00', \
  'bandwidth.csv' skip 1 using ($1 == 14 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#56B4E9', \
  'bandwidth.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#56B4E9', \
  'bandwidth.csv' skip 1 using ($1 == 15 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#000000', \
  'bandwidth.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000', \
  'bandwidth.csv' skip 1 using ($1 == 16 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'bandwidth.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#0072B2'
unset output
unset label
unset arrow
unset logscale
}
